package auditlog_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/auditlog"
)

// record is a whole log in memory, segment by segment, line by line (without newlines).
type record map[string][][]byte

// The second of three segments; each holds its segment entry and four facts or more.
const middle = "audit-00000002.jsonl"

func makeRecord(t *testing.T) (dir string, r record) {
	t.Helper()

	dir, r = t.TempDir(), record{}
	log, _ := open(t, dir, 2400)

	for n := 1; n <= 18; n++ {
		add(t, log, facts(n, n))
	}

	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, names, 3)

	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)

		lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
		require.Greater(t, len(lines), 4)
		r[filepath.Base(name)] = lines
	}

	return dir, r
}

func (r record) write(t *testing.T, dir string) {
	t.Helper()

	old, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)

	for _, name := range old {
		require.NoError(t, os.Remove(name))
	}

	for name, lines := range r {
		text := append(bytes.Join(lines, []byte("\n")), '\n')
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
}

// edit changes the third line of the middle segment.
func edit(change func([]byte) []byte) func(*testing.T, record) {
	return func(_ *testing.T, r record) { r[middle][2] = change(bytes.Clone(r[middle][2])) }
}

// reseal changes an entry and gives it a right hash.
func reseal(name string, line int, change func(*auditlog.Entry)) func(*testing.T, record) {
	return func(t *testing.T, r record) {
		t.Helper()

		entry, err := auditlog.ParseLine(r[name][line])
		require.NoError(t, err)
		change(&entry)
		entry.Reseal()
		r[name][line] = entry.Spell()
	}
}

func replace(old, with string) func([]byte) []byte {
	return func(line []byte) []byte { return bytes.Replace(line, []byte(old), []byte(with), 1) }
}

var tamperings = []struct {
	name   string
	change func(*testing.T, record)
	first  string // where and what the first problem is
}{
	{"flip a byte of data", edit(replace("timeout", "timeouu")), middle + " line 3: hash does not match"},
	{"flip a byte of seq", edit(replace(`"seq":`, `"seq":1`)), middle + " line 3: hash does not match"},
	{"flip a byte of prev", edit(func(l []byte) []byte {
		l[bytes.Index(l, []byte(`"prev":"`))+8] ^= 1

		return l
	}), middle + " line 3: "},
	{"flip a byte of hash", edit(func(l []byte) []byte {
		l[len(l)-4] = '0' + (l[len(l)-4]+1)%10

		return l
	}), middle + " line 3: hash does not match"},
	{"flip a byte of time", edit(replace("2026-11", "2026-12")), middle + " line 3: hash does not match"},
	{"flip a bit of the newline", edit(func(l []byte) []byte { return append(l, "\x0b{}"...) }), middle + " line 3: not an audit entry"},
	{"upper-case hash", edit(bytes.ToUpper), middle + " line 3: not an audit entry"},
	{"change spacing", edit(replace(`,"kind"`, `, "kind"`)), middle + " line 3: not an audit entry"},
	{"space at the end", edit(func(l []byte) []byte { return append(l, ' ') }), middle + " line 3: not an audit entry"},
	{"carriage return", edit(func(l []byte) []byte { return append(l, '\r') }), middle + " line 3: not an audit entry"},
	{"another spelling of a number", edit(replace(`"seq":`, `"seq":0`)), middle + " line 3: not in the canonical spelling"},
	{"another spelling of a letter", edit(replace(`forex`, `\u0066orex`)), middle + " line 3: not in the canonical spelling"},
	{"another spelling of a time", edit(replace(`000000000Z`, `00000000Z`)), middle + " line 3: not an audit entry"},
	{"another name", edit(replace(`"n":`, `"m":`)), middle + " line 3: hash does not match"},
	{"another order of fields", edit(func(l []byte) []byte {
		return bytes.Replace(replace(`,"outcome":"timeout"`, ``)(l), []byte(`{"n"`), []byte(`{"outcome":"timeout","n"`), 1)
	}), middle + " line 3: hash does not match"},
	{"another order of keys", edit(func(l []byte) []byte {
		return bytes.Replace(replace(`,"vendor":"forex"`, ``)(l), []byte(`,"round"`), []byte(`,"vendor":"forex","round"`), 1)
	}), middle + " line 3: not an audit entry"},
	{"one more key", edit(replace(`,"prev"`, `,"more":1,"prev"`)), middle + " line 3: not an audit entry"},
	{"invalid UTF-8", edit(replace("forex", "fore\xff")), middle + " line 3: not in the canonical spelling"},
	{"empty a line", edit(func([]byte) []byte { return nil }), middle + " line 3: not an audit entry"},
	{"cut a line", edit(func(l []byte) []byte { return l[:len(l)/2] }), middle + " line 3: not an audit entry"},
	{"a line without end", edit(func([]byte) []byte { return bytes.Repeat([]byte("x"), 3<<20) }), middle + " line 3: line is longer"},
	{"edit and rehash", reseal(middle, 2, func(e *auditlog.Entry) { e.Fields[1].Value = "ok" }), middle + " line 4 (seq"},
	{"edit the segment entry and rehash", reseal(middle, 0, func(e *auditlog.Entry) { e.At = epoch }), middle + " line 2 (seq"},
	{"another kind and rehash", reseal(middle, 2, func(e *auditlog.Entry) { e.Kind = "segment" }), middle + " line 3 (seq"},
	{"another end and rehash", reseal(middle, 0, func(e *auditlog.Entry) { e.Fields[3].Value = "7" }), "audit-00000001.jsonl line "},
	{"an undocumented reason and rehash", reseal(middle, 0, func(e *auditlog.Entry) { e.Fields[1].Value = "why" }), middle + " line 1 (seq"},
	{"delete a line", func(_ *testing.T, r record) { r[middle] = slices.Delete(r[middle], 2, 3) }, middle + " line 3 (seq"},
	{"delete the first line", func(_ *testing.T, r record) { r[middle] = r[middle][1:] }, middle + " line 1 (seq"},
	{"delete the last line of a segment", func(_ *testing.T, r record) { r[middle] = r[middle][:len(r[middle])-1] }, middle + " line "},
	{"swap lines", func(_ *testing.T, r record) {
		lines := r[middle]
		lines[2], lines[3] = lines[3], lines[2]
	}, middle + " line 3 (seq"},
	{"double a line", func(_ *testing.T, r record) { r[middle] = slices.Insert(r[middle], 3, r[middle][2]) }, middle + " line 4 (seq"},
	{"insert a line of another log", func(t *testing.T, r record) {
		t.Helper()

		_, other := makeRecord(t)
		r[middle] = slices.Insert(r[middle], 2, other[middle][2])
	}, middle + " line 3 (seq"},
	{"append a line to a full segment", func(_ *testing.T, r record) { r[middle] = append(r[middle], r[middle][2]) }, middle + " line "},
	{"truncate in the middle", func(_ *testing.T, r record) { r[middle] = r[middle][:3] }, middle + " line 3"},
	{"empty a segment", func(_ *testing.T, r record) { r[middle] = nil }, middle},
	{"remove the first segment", func(_ *testing.T, r record) { delete(r, "audit-00000001.jsonl") }, "audit-00000001.jsonl: segment is missing (1 in a row)"},
	{"remove a segment", func(_ *testing.T, r record) { delete(r, middle) }, middle + ": segment is missing (1 in a row)"},
	{"swap segments", func(_ *testing.T, r record) {
		r[middle], r["audit-00000003.jsonl"] = r["audit-00000003.jsonl"], r[middle]
	}, middle + " line 1 (seq"},
	{"double a segment", func(_ *testing.T, r record) { r["audit-00000004.jsonl"] = r["audit-00000003.jsonl"] }, "audit-00000004.jsonl line 1 (seq"},
	{"rename a segment", func(_ *testing.T, r record) {
		r["audit-00000009.jsonl"] = r["audit-00000003.jsonl"]
		delete(r, "audit-00000003.jsonl")
	}, "audit-00000003.jsonl: segment is missing (6 in a row)"},
	{"replace a segment by one of another log", func(t *testing.T, r record) {
		t.Helper()

		_, other := makeRecord(t)
		r[middle] = other[middle]
	}, middle + " line 1 (seq"},
}

func TestTamperingIsNoticedAndNamed(t *testing.T) { // X06
	t.Parallel()

	for _, tampering := range tamperings {
		t.Run(tampering.name, func(t *testing.T) {
			t.Parallel()

			dir, r := makeRecord(t)
			verified(t, dir)
			tampering.change(t, r)
			r.write(t, dir)

			report, err := auditlog.Verify(dir)
			require.NoError(t, err)
			require.False(t, report.OK())
			assert.NotZero(t, report.Bad)
			assert.Contains(t, report.First.String(), tampering.first)
		})
	}
}

// TestCuttingTheEndNeedsAnAnchor states the limit: only a Head kept elsewhere tells that the newest entries are gone.
func TestCuttingTheEndNeedsAnAnchor(t *testing.T) { // X06
	t.Parallel()

	for name, change := range map[string]func(*testing.T, record){
		"newest entries": func(_ *testing.T, r record) { r["audit-00000003.jsonl"] = r["audit-00000003.jsonl"][:3] },
		"newest segment": func(_ *testing.T, r record) { delete(r, "audit-00000003.jsonl") },
		"everything":     func(_ *testing.T, r record) { clear(r) },
		"newest entry, edited": func(t *testing.T, r record) {
			t.Helper()
			last := len(r["audit-00000003.jsonl"]) - 1
			reseal("audit-00000003.jsonl", last, func(e *auditlog.Entry) { e.Vendor = "other" })(t, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir, r := makeRecord(t)
			anchor := verified(t, dir).Head
			change(t, r)
			r.write(t, dir)
			assert.NotEqual(t, anchor, verified(t, dir).Head)
		})
	}
}

// TestUnknownKindsAreAcceptedAndCounted: a later version's kinds, signed heads among them, are part of the same chain.
func TestUnknownKindsAreAcceptedAndCounted(t *testing.T) {
	t.Parallel()

	dir, r := makeRecord(t)
	last := len(r["audit-00000003.jsonl"]) - 1
	reseal("audit-00000003.jsonl", last, func(e *auditlog.Entry) { e.Kind = auditlog.KindHead })(t, r)
	r.write(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "audit-4.jsonl"), nil, 0o600))

	report := verified(t, dir)
	assert.Equal(t, uint64(1), report.UnknownKinds)
	assert.Equal(t, []string{
		"1 entries are of a kind that this version does not know",
		`"audit-4.jsonl" is not part of the record`,
		`"notes.txt" is not part of the record`,
	}, report.Warnings())
}
