package auditlog_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
)

// FuzzVerify writes arbitrary bytes as two segments and reads them in every way. Whatever they are: nothing panics, a reader never yields
// more intact entries than were verified, and a log that is opened over them takes new entries without making anything worse.
func FuzzVerify(f *testing.F) {
	f.Add([]byte(""), []byte(""))
	f.Add([]byte("{}\n"), []byte("\n\n"))

	f.Fuzz(func(t *testing.T, one, two []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "audit-00000001.jsonl"), one, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "audit-00000002.jsonl"), two, 0o600))

		before, err := auditlog.Verify(dir)
		require.NoError(t, err)
		require.Equal(t, before.Bad == 0, before.First == nil)

		entries := uint64(0)

		for _, err := range auditlog.Read(dir, auditlog.Filter{}) {
			if err == nil {
				entries++
			}
		}

		require.Equal(t, before.Entries, entries)

		log, _, err := auditlog.Open(auditlog.Options{Dir: dir})
		require.NoError(t, err)
		require.NoError(t, log.Append(t.Context(), facts(1, 1)))
		require.NoError(t, log.Close())

		after, err := auditlog.Verify(dir)
		require.NoError(t, err)
		require.Equal(t, log.Head(), after.Head)

		if before.OK() {
			require.True(t, after.OK(), "%v", after.First)
		}
	})
}

// FuzzParseLine: what is accepted is spelled the same way again, and has the hash it says.
func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"seq":1,"at":"2026-11-21T06:00:00.000000000Z","kind":"a","round":0,"vendor":"","data":{},"prev":"","hash":""}`))

	f.Fuzz(func(t *testing.T, line []byte) {
		entry, err := auditlog.ParseLine(line)
		if err != nil {
			return
		}

		require.Equal(t, line, entry.Spell())

		hash := entry.Hash
		entry.Reseal()
		require.Equal(t, hash, entry.Hash)
	})
}

// FuzzFact: any fact becomes one line that can be read again.
func FuzzFact(f *testing.F) {
	f.Add("outcome", "forex", "detail", "\u202e\x00\xff\"", int64(1))

	f.Fuzz(func(t *testing.T, kind, vendor, name, value string, at int64) {
		dir := t.TempDir()
		log, _, err := auditlog.Open(auditlog.Options{Dir: dir})
		require.NoError(t, err)
		require.NoError(t, log.Append(t.Context(), []*messages.RecordFact{{
			At:     epoch.AddDate(int(at%20_000), 0, 0),
			Kind:   messages.FactKind(kind),
			Vendor: messages.Vendor(vendor),
			Fields: []messages.Field{{Name: name, Value: value}, {Name: name, Value: value}},
		}}))
		require.NoError(t, log.Close())

		report, err := auditlog.Verify(dir)
		require.NoError(t, err)
		require.True(t, report.OK(), "%v", report.First)
		require.Equal(t, uint64(2), report.Entries)

		text, err := os.ReadFile(filepath.Join(dir, "audit-00000001.jsonl"))
		require.NoError(t, err)
		require.Equal(t, 2, bytes.Count(text, []byte("\n")))
	})
}
