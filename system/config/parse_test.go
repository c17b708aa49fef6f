package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/config"
)

var update = flag.Bool("update", false, "rewrite golden files")

// canary is the secret that no output may contain.
const canary = "CANARY-0123456789"

// environment is what the test files see; it holds a reference that must not be followed.
func environment(name string) (string, bool) {
	value, ok := map[string]string{
		"TOKEN": canary, "EMPTY": "", "RECURSIVE": "${TOKEN}", "EVERY": "7s", "SHORT": "10ms",
	}[name]

	return value, ok
}

func parse(text string) (*config.Config, error) {
	return config.Parse([]byte(text), "r.yaml", environment)
}

// mistakes parses a text that must be refused.
func mistakes(t *testing.T, text string) *config.Errors {
	t.Helper()

	c, err := parse(text)
	require.Error(t, err)
	assert.Nil(t, c)

	var errs *config.Errors

	require.ErrorAs(t, err, &errs)
	require.NotEmpty(t, errs.Mistakes)

	return errs
}

// One file per rule: C01 C02 C03 C04 C05 C10.
func TestEachRuleRefusesItsBadFile(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bad.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)

	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".bad.yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)

			c, err := config.Parse(data, filepath.Base(file), environment)
			assert.Nil(t, c)

			var errs *config.Errors

			require.ErrorAs(t, err, &errs)
			golden(t, strings.TrimSuffix(file, ".bad.yaml")+".err", errs.Excerpt())
			assert.NotContains(t, errs.Excerpt(), canary)
			assert.NotContains(t, errs.Error(), canary)
			assertPositions(t, errs.Mistakes)
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()

	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}

	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func assertPositions(t *testing.T, list []config.Mistake) {
	t.Helper()

	for i, m := range list {
		assert.Positive(t, m.Line, m)
		assert.Positive(t, m.Column, m)
		assert.NotEmpty(t, m.Problem)
		assert.NotContains(t, m.String(), "\n")

		if i > 0 {
			before := list[i-1]
			assert.False(t, m.Line < before.Line || m.Line == before.Line && m.Column < before.Column, "sorted by position")
		}
	}
}

// C02.
func TestFiveMistakesAreFiveErrors(t *testing.T) {
	data, err := os.ReadFile("testdata/five.bad.yaml")
	require.NoError(t, err)

	errs := mistakes(t, string(data))
	paths := make([]string, 0, 5)

	for _, m := range errs.Mistakes {
		paths = append(paths, m.Path)
	}

	assert.Equal(t, []string{
		"every", "durabilty", "vendors.forex.class", "vendors.forex.symbols[1]", "vendors.forex.batch",
	}, paths)
}

func TestMistakeIsOneLineWithPositionPathAndSuggestion(t *testing.T) {
	errs := mistakes(t, strings.Replace(minimal, "parse", "dedline: 1s\n    parse", 1))

	assert.Equal(t, `r.yaml:6:5: vendors.forex.dedline: unknown key; did you mean "deadline"?`, errs.Error())
	assert.Equal(t, errs.Error()+"\n  6 |     dedline: **\n    |     ^\n", errs.Excerpt())
}

const minimal = `vendors:
  forex:
    class: forex
    url: "https://api.example.com/v1?symbols={symbols}"
    symbols: [EUR/USD]
    parse: {rows: quotes, key: symbol, price: price}
`

func TestMistakesBeyondTheLimitAreCounted(t *testing.T) {
	errs := mistakes(t, minimal+strings.Repeat("x", 10)+": 1\n"+strings.Repeat("y: 1\n", 1500))

	assert.Len(t, errs.Mistakes, 1000)
	assert.Equal(t, 501, errs.More, "the first y is unknown, 1499 are duplicates")
	assert.True(t, strings.HasSuffix(errs.Error(), "… and 501 more"))
}

// C01.
func TestLargeFileIsRefusedWithoutReadingIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "large.yaml")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.Truncate(file, 100<<20))

	allocated := testing.AllocsPerRun(1, func() {
		_, err := config.Load(file, nil)
		assert.ErrorContains(t, err, "large.yaml:1:1: the file has 104857600 bytes; 4194304 are allowed")
	})
	assert.Less(t, allocated, 500.0)

	_, err := config.Parse(make([]byte, 5<<20), "r.yaml", nil)
	require.ErrorContains(t, err, "r.yaml:1:1: the file has 5242880 bytes")
}

// C01: a file without a size is read only up to the limit.
func TestEndlessFileIsCutOff(t *testing.T) {
	_, err := config.Load("/dev/zero", nil)
	require.ErrorContains(t, err, "/dev/zero:1:1: the file has 4194305 bytes")
}

func TestUnreadableFileIsNamed(t *testing.T) {
	dir := t.TempDir()

	_, err := config.Load(filepath.Join(dir, "none.yaml"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "none.yaml: no such file or directory")

	var errs *config.Errors

	require.ErrorAs(t, err, &errs)
	assert.Equal(t, errs.Error()+"\n", errs.Excerpt())

	_, err = config.Load(dir, nil)
	require.ErrorContains(t, err, "is a directory, not a file")
	require.NotErrorIs(t, err, os.ErrNotExist)
	assert.NoError(t, errors.Unwrap(err))
}

func TestLoadReadsWhatParseParses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.yaml")
	require.NoError(t, os.WriteFile(file, []byte("\uFEFF"+strings.ReplaceAll(minimal, "\n", "\r\n")), 0o600))

	loaded, err := config.Load(file, nil)
	require.NoError(t, err)

	parsed, err := parse(minimal)
	require.NoError(t, err)
	assert.Equal(t, parsed.String(), loaded.String())
	assert.Equal(t, parsed.Digest(), loaded.Digest())
}

// C01: what would take the YAML library seconds is not given to it.
func TestWhatTakesLongIsRefusedFirst(t *testing.T) {
	for text, problem := range map[string]string{
		"x: 1\n[" + strings.Repeat("a,", 8<<10): "r.yaml:2:16385: the line is longer than 16384 bytes; break it into lines",
		"x: " + strings.Repeat("y", 17<<10):     "r.yaml:1:16385: the line is longer",
		strings.Repeat("- a\n", 1<<20):          "r.yaml:1000001:1: the file has more than 1000000 values",
		strings.Repeat("a: 1\n", 600_000):       "r.yaml:500001:2: the file has more than 1000000 values",
	} {
		errs := mistakes(t, text)
		require.Len(t, errs.Mistakes, 1)
		assert.Contains(t, errs.Error(), problem)
		assert.Less(t, len(errs.Excerpt()), 1<<10)
	}
}

// C01: whatever it is, it is refused in time, and where.
func TestHostileFilesAreRefusedQuickly(t *testing.T) {
	for name, text := range map[string]string{
		"nested lists":    strings.Repeat("[", 1<<20),
		"nested mappings": strings.Repeat("{a: ", 1<<18),
		"block nesting":   strings.Repeat("- ", 1<<19),
		"long key":        strings.Repeat("k", 1<<20) + ": 1\n",
		"long line":       "[" + strings.Repeat("a,", 1<<19) + "\n",
		"many keys":       strings.Repeat("every: 5s\n", 1<<16),
		"many quotes":     strings.Repeat("'", 1<<20),
		"aliases":         "a: &a [x]\nb: [" + strings.Repeat("*a,", 1<<16) + "]\n",
		"random":          strings.Repeat("\x9c\x01\xfe:", 1<<18),
	} {
		t.Run(name, func(t *testing.T) {
			errs := mistakes(t, text)
			assertPositions(t, errs.Mistakes)
			assert.Less(t, len(errs.Excerpt()), 1<<20)
		})
	}
}
