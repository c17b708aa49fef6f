package auditlog_test

import (
	"fmt"
	"testing"

	"github.com/rollcall-go/rollcall/system/auditlog"
)

// BenchmarkAppend measures one write and one fsync for batches of several sizes; entries/s is what counts.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			log, _, err := auditlog.Open(auditlog.Options{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}

			batch := facts(1, size)

			b.ReportAllocs()

			for b.Loop() {
				if err := log.Append(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}

			b.ReportMetric(float64(b.N)*float64(size)/b.Elapsed().Seconds(), "entries/s")

			if err := log.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir()

	log, _, err := auditlog.Open(auditlog.Options{Dir: dir, SegmentSize: 1 << 20})
	if err != nil {
		b.Fatal(err)
	}

	if err := log.Append(b.Context(), facts(1, 10_000)); err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		report, err := auditlog.Verify(dir)
		if err != nil || !report.OK() {
			b.Fatal(err, report.First)
		}
	}

	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
