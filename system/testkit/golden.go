package testkit

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Golden compares text with a file. With -update it writes the file instead.
func Golden(tb testing.TB, file, got string) {
	tb.Helper()

	if updating() {
		write(tb, file, got)

		return
	}

	want, err := os.ReadFile(file) //nolint:gosec // the test names the file
	if err != nil {
		tb.Errorf("golden file: %v; %s", err, hint())

		return
	}

	compare(tb, file, 0, plain(want), got)
}

// updating reports whether the test runs with -update. The flag is the test package's: two packages cannot define it.
func updating() bool {
	f := flag.Lookup("update")

	return f != nil && f.Value.String() == "true"
}

func hint() string {
	if flag.Lookup("update") == nil {
		return `a line 'var _ = flag.Bool("update", false, "rewrite golden files")' in the test lets 'go test -update' write it`
	}

	return "'go test -update' writes it"
}

func write(tb testing.TB, file, text string) {
	tb.Helper()

	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		tb.Errorf("golden file: %v", err)

		return
	}

	if err := os.WriteFile(file, []byte(text), 0o600); err != nil { //nolint:gosec // the test names the file
		tb.Errorf("golden file: %v", err)
	}
}

// compare reports the first line in which two texts differ, with its number in the file, and all that came.
func compare(tb testing.TB, file string, before int, want, got string) {
	tb.Helper()

	if want == got {
		return
	}

	wanted, came := strings.Split(want, "\n"), strings.Split(got, "\n")

	for i := range max(len(wanted), len(came)) {
		w, g := lineOf(wanted, i), lineOf(came, i)
		if w == g {
			continue
		}

		tb.Errorf("%s:%d:\n  want  %s\n  got   %s\nall that came:\n%s\n%s", file, before+i+1, w, g, got, hint())

		return
	}
}

func lineOf(lines []string, i int) string {
	if i >= len(lines) {
		return "(the end)"
	}

	return lines[i]
}

// plain is a file's text with the line ends of this page, whatever git has made of them.
func plain(data []byte) string { return strings.ReplaceAll(string(data), "\r\n", "\n") }
