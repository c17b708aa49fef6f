package auditor_test

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/auditor"
	"github.com/rollcall-go/rollcall/messages"
)

var epoch = time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)

// fact returns a fact of the given name, the n-th second's, with a field of size bytes.
func fact(name string, n, size int) *messages.RecordFact {
	return &messages.RecordFact{
		At:     epoch.Add(time.Duration(n) * time.Second),
		Kind:   messages.FactOutcome,
		Round:  messages.Round(n),
		Vendor: messages.Vendor(name),
		Fields: []messages.Field{{Name: "padding", Value: strings.Repeat("x", size)}},
	}
}

// TestLedgerConversations plays each file of testdata: what the ledger is told, and what it wants done.
func TestLedgerConversations(t *testing.T) {
	t.Parallel()

	paths, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, paths)

	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			converse(t, path)
		})
	}
}

func converse(t *testing.T, path string) {
	t.Helper()

	ledger, recorded := auditor.NewLedger(auditor.Settings{}), 0

	datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()

		if d.Cmd == "new" {
			var settings auditor.Settings
			d.MaybeScanArgs(t, "max-facts", &settings.MaxFacts)
			d.MaybeScanArgs(t, "max-bytes", &settings.MaxBytes)
			ledger, recorded = auditor.NewLedger(settings), 0

			return ""
		}

		answer := play(t, ledger, d, &recorded)
		require.NoError(t, ledger.Check(), d.Pos)

		return answer
	})
}

func play(t *testing.T, ledger *auditor.Ledger, d *datadriven.TestData, recorded *int) string {
	t.Helper()

	switch d.Cmd {
	case "record":
		var said strings.Builder

		size := 1
		d.MaybeScanArgs(t, "size", &size)

		for _, arg := range d.CmdArgs {
			if arg.Key != "size" {
				*recorded++
				said.WriteString(arg.Key + ": " + ledger.Record(fact(arg.Key, *recorded, size)))
			}
		}

		return said.String()
	case "record-nothing":
		return ledger.Record(nil)
	case "flush":
		return ledger.Flush(d.CmdArgs[0].Key)
	case "written":
		return ledger.Appended(nil)
	case "failed":
		return ledger.Appended(errors.New("disk full"))
	case "panicked":
		return ledger.Panicked("panic in append: boom", epoch.Add(time.Hour))
	case "late":
		batch, err := strconv.ParseUint(d.CmdArgs[0].Key, 10, 64)
		require.NoError(t, err)

		return ledger.Late(batch)
	case "retry":
		return ledger.RetryDue()
	case "resume":
		return ledger.Resume()
	case "describe":
		return ledger.Describe()
	default:
		t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)

		return ""
	}
}

// TestLedgerHoldsWhateverHappens // V05: bounded, and every fact accounted for, under any order of events.
func TestLedgerHoldsWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ledger, n := auditor.NewLedger(auditor.Settings{MaxFacts: 5, MaxBytes: 2000}), 0

		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1, 2, 3:
				n++
				ledger.Record(fact("v", n, rapid.SampledFrom([]int{1, 400, 3000}).Draw(t, "size")))
			case 4, 5:
				ledger.Appended(nil)
			case 6:
				ledger.Appended(errors.New("disk full"))
			case 7:
				ledger.Panicked("boom", epoch)
			case 8:
				ledger.RetryDue()
			case 9:
				ledger.Flush("f")
			}

			require.NoError(t, ledger.Check())
		}

		for range 500 { // the disk is back: everything drains
			ledger.RetryDue()
			ledger.Appended(nil)
		}

		require.NoError(t, ledger.Check())
		require.Contains(t, ledger.Describe(), "waiting=0")
	})
}

// TestPoisonDigestDependsOnEveryPart: the digest in a poison entry identifies the fact.
func TestPoisonDigestDependsOnEveryPart(t *testing.T) {
	t.Parallel()

	poison := func(change func(*messages.RecordFact)) string {
		ledger, f := auditor.NewLedger(auditor.Settings{}), fact("v", 1, 3)
		change(f)
		ledger.Record(f)
		ledger.Panicked("boom", epoch)

		return ledger.Panicked("boom", epoch)
	}

	seen := map[string]string{}

	for name, change := range map[string]func(*messages.RecordFact){
		"nothing": func(*messages.RecordFact) {},
		"time":    func(f *messages.RecordFact) { f.At = f.At.Add(1) },
		"kind":    func(f *messages.RecordFact) { f.Kind = messages.FactSnapshot },
		"round":   func(f *messages.RecordFact) { f.Round = 7 },
		"vendor":  func(f *messages.RecordFact) { f.Vendor = "w" },
		"name":    func(f *messages.RecordFact) { f.Fields = []messages.Field{{Name: "paddin", Value: "gxxx"}} },
		"value":   func(f *messages.RecordFact) { f.Fields[0].Value = "xxy" },
		"fields":  func(f *messages.RecordFact) { f.Fields = nil },
	} {
		said := poison(change)
		require.Contains(t, said, "poison(")
		require.NotContains(t, seen, said, name)
		seen[said] = name
	}
}
