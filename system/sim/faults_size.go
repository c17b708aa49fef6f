package sim

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"time"
)

// sizeFaults send more than anybody wants.
func sizeFaults() []entry {
	return []entry{
		{kind: Endless, help: "sends a body without end, as fast as it is read", act: func(x *exchange, _ Fault) {
			x.begin(http.StatusOK, jsonType, -1)
			x.write(quotesHead)
			x.repeat(x.filler(), -1)
		}},
		{
			kind: EndlessSlow, options: "delay", initial: Fault{Delay: 100 * time.Millisecond},
			help: "sends a body without end, a quote at a time with this pause", act: endlessSlow,
		},
		{
			kind: HugeLength, options: "size", initial: Fault{Size: 1 << 40},
			help: "announces this many bytes, sends the answer, then nothing", act: hugeLength,
		},
		{
			kind: LongString, options: "size", initial: Fault{Size: 1 << 30},
			help: "sends one JSON string of this many bytes", act: func(x *exchange, f Fault) {
				x.begin(http.StatusOK, jsonType, -1)
				x.write(`{"quotes":"`)
				x.repeat("aaaaaaaaaaaaaaaa", f.Size)
				x.write(`"}`)
			},
		},
	}
}

// encodingFaults compress, or say that they do.
func encodingFaults() []entry {
	return []entry{
		encoded(Gzip, "compresses the answer, whether asked to or not", "gzip", compress),
		{kind: GzipBomb, options: "size", initial: Fault{Size: 2 << 30}, help: "compresses a body of this many bytes", act: gzipBomb},
		encoded(GzipCorrupt, "flips bits in the middle of a compressed answer", "gzip", func(body string) string {
			packed := []byte(compress(body))
			packed[len(packed)/2] ^= 0xff

			return string(packed)
		}),
		encoded(GzipCut, "leaves out the second half of a compressed answer", "gzip", func(body string) string {
			packed := compress(body)

			return packed[:len(packed)/2]
		}),
		encoded(GzipPlain, "says gzip and sends plain text", "gzip", func(body string) string { return body }),
		encoded(UnknownEncoding, "says an encoding nobody knows", "x-simulated", func(body string) string { return body }),
	}
}

func encoded(kind Kind, help, encoding string, encode func(body string) string) entry {
	return entry{kind: kind, help: help, act: func(x *exchange, _ Fault) {
		x.header("Content-Encoding", encoding)
		x.send(x.good.with(encode(x.good.body)))
	}}
}

// filler returns a quote with a comma, to be repeated.
func (x *exchange) filler() string {
	return quote{symbol: `"FILLER"`, price: "1.00", bid: "0.99", ask: "1.01", at: jsonTime(time.Now())}.String() + ","
}

func endlessSlow(x *exchange, f Fault) {
	x.begin(http.StatusOK, jsonType, -1)
	x.write(quotesHead)

	for {
		x.write(x.filler())
		x.flush()
		x.wait(f.Delay)
	}
}

func hugeLength(x *exchange, f Fault) {
	x.begin(http.StatusOK, jsonType, f.Size)
	x.write(x.good.body)
	x.flush()
	x.hang()
}

// gzipBomb sends a small compressed block again and again: a gzip stream may have many members, and a reader joins them.
func gzipBomb(x *exchange, f Fault) {
	const block = 1 << 20

	x.header("Content-Encoding", "gzip")
	x.begin(http.StatusOK, jsonType, -1)
	x.write(compress(`{"quotes":"`))

	member := compress(strings.Repeat("a", block))
	for range max(f.Size/block, 1) {
		x.write(member)
	}

	x.write(compress(`"}`))
}

func compress(body string) string {
	var packed bytes.Buffer

	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write([]byte(body)) // a buffer takes everything
	_ = writer.Close()

	return packed.String()
}
