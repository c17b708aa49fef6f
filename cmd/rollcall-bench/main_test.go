package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary be what the harness starts as its own other processes.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains(taskVerbs(), os.Args[1]) {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}

	os.Exit(m.Run())
}

// taskVerbs are what the program calls itself with.
func taskVerbs() []string {
	return []string{verbVendors, verbStreams, verbClient, verbStream, verbServed, verbBare, verbReaders}
}

// TestBenchEndToEnd runs the whole harness: vendors and clients in processes of their own. It looks at what is there, never at how fast it is.
func TestBenchEndToEnd(t *testing.T) {
	dir, profile := t.TempDir(), filepath.Join(t.TempDir(), "cpu")

	var out, notes bytes.Buffer

	code := run([]string{
		"--parts", "rounds", "--vendors", "3", "--rounds", "3", "--repeat", "1", "--latency", "2ms", "--deadline", "50ms", "--format", "json", "--cpuprofile", profile, "--dir", dir,
	}, strings.NewReader(""), &out, &notes)
	require.Zero(t, code, notes.String())

	var f figures

	require.NoError(t, json.Unmarshal(out.Bytes(), &f))
	require.Len(t, f.Rounds, 3)
	assert.Empty(t, f.Answers, "it was not asked for")

	for i, program := range programs() {
		r := f.Rounds[i]
		assert.Equal(t, program, r.Program)
		assert.Equal(t, 3, r.Vendors)
		assert.Positive(t, r.CPU)
		assert.Positive(t, r.Ratio)
		assert.Positive(t, r.Allocs)
		assert.Positive(t, r.Bytes)
		assert.Positive(t, r.PeakMB)
		assert.Positive(t, r.StartMS)
		assert.LessOrEqual(t, r.Beyond.P50, r.Beyond.P99)
		assert.LessOrEqual(t, r.Overrun.P99, r.Overrun.Max)
		assert.Equal(t, program == programRollcall, r.Durable != spread{}, "only rollcall says when a round is on disk")
		assert.Equal(t, program != programMemory, r.Overrun != spread{}, "the deadline was measured with a vendor that hangs")
		assert.FileExists(t, profile+"."+program+".3")
	}

	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left, "data directories are removed")
}

// TestAnswersEndToEnd: every program reads the same answers, and nothing is missing.
func TestAnswersEndToEnd(t *testing.T) {
	var out, notes bytes.Buffer

	code := run([]string{
		"--parts", "answers", "--answers", "40", "--rounds", "2", "--repeat", "1", "--format", "json", "--dir", t.TempDir(),
	}, strings.NewReader(""), &out, &notes)
	require.Zero(t, code, notes.String())

	var f figures

	require.NoError(t, json.Unmarshal(out.Bytes(), &f))
	require.Len(t, f.Answers, 3)
	assert.Empty(t, f.Rounds)

	for i := range f.Answers {
		r := &f.Answers[i]
		assert.Equal(t, readers()[i], r.Program)
		assert.Equal(t, 40, r.Symbols)
		assert.Equal(t, askers, r.Vendors)
		assert.Positive(t, r.CPU)
		assert.Positive(t, r.Ratio)
		assert.Zero(t, r.Missing)
		assert.Equal(t, spread{}, r.Overrun, "only costs are taken")
	}
}

// TestStreamsEndToEnd runs the whole of it: who sends and who reads in processes of their own, Rollcall from a configuration.
func TestStreamsEndToEnd(t *testing.T) {
	dir, profile := t.TempDir(), filepath.Join(t.TempDir(), "cpu")

	var out, notes bytes.Buffer

	code := run([]string{
		"--parts", "streams", "--streams", "2", "--rate", "2000", "--for", "300ms", "--repeat", "1", "--format", "json", "--cpuprofile", profile, "--dir", dir,
	}, strings.NewReader(""), &out, &notes)
	require.Zero(t, code, notes.String())

	var f figures

	require.NoError(t, json.Unmarshal(out.Bytes(), &f))
	require.Len(t, f.Streams, 6)

	for i := range f.Streams {
		r := &f.Streams[i]
		assert.Equal(t, readers()[i%3], r.Program)
		assert.Equal(t, []int{2000, flood}[i/3], r.Rate)
		assert.Positive(t, r.PerSecond)
		assert.Positive(t, r.CPU)
		assert.Positive(t, r.Ratio)
		assert.Positive(t, r.Cores)
		assert.Positive(t, r.Allocs)
		assert.Positive(t, r.PeakMB)
		assert.LessOrEqual(t, r.Conflated, 100.0)
		assert.Zero(t, r.Dropped, "nothing that is sent is older than what came before")
		assert.NotEqual(t, spread{}, r.Overrun)
		assert.FileExists(t, profile+"."+r.Program+"."+rateWord(r.Rate))
	}

	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left, "data directories are removed")
}

// TestServeEndToEnd runs the whole of it: vendors, Rollcall with its API, and readers in processes of their own. Whatever the machine does
// meanwhile, the contract holds: no reader misses a round without being told, none gets one twice.
func TestServeEndToEnd(t *testing.T) {
	dir, profile := t.TempDir(), filepath.Join(t.TempDir(), "cpu")

	var out, notes bytes.Buffer

	code := run([]string{
		"--parts", "serve", "--vendors", "3,20", "--readers", "40", "--for", "500ms", "--format", "json", "--cpuprofile", profile, "--dir", dir,
	}, strings.NewReader(""), &out, &notes)
	require.Zero(t, code, notes.String())

	var f figures

	require.NoError(t, json.Unmarshal(out.Bytes(), &f))
	require.Len(t, f.Serve, 5)
	assert.Equal(t, programRollcall, f.Serve[0].Program)
	assert.Zero(t, f.Serve[0].Events, "it is measured without readers first")

	for i := range f.Serve[1:] {
		r := &f.Serve[i+1]
		assert.Equal(t, modes()[i/2], r.Mode)
		assert.Equal(t, []string{programBare, programRollcall}[i%2], r.Program)
		assert.GreaterOrEqual(t, r.Rounds, 5)
		assert.GreaterOrEqual(t, r.Events, int64(5*40))
		assert.Positive(t, r.Bytes)
		assert.Positive(t, r.Latency.P50)
		assert.Positive(t, r.Resident)
		assert.Zero(t, r.Gaps)
		assert.Zero(t, r.Duplicates)
		assert.Equal(t, r.Program == programRollcall, r.Overrun != spread{})
	}

	assert.Less(t, f.Serve[4].Bytes, f.Serve[2].Bytes, "what changes is less than the whole")
	assert.Positive(t, f.Serve[4].Resumed, "somebody was cut and came back")
	assert.FileExists(t, profile+".serve")

	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left, "data directories are removed")
}

func TestHelpExplainsEveryColumn(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	require.Zero(t, run([]string{"--help"}, strings.NewReader(""), &out, &out))

	for _, word := range []string{
		"cpu", "× plain", "allocs", "beyond", "overrun", "durable", "peak", "start", "--vendors", "--cpuprofile", "bench.json", "--parts", "--answers", "jq", "ns/symbol", "messages/s", "cores", "conflated", "dropped", "grown", "--streams", "--rate", "--for",
		"--readers", "--modes", "whole", "changes", "× bare", "latency", "gaps, twice", "resets", "resumed", "skipped", "told", "RSS",
	} {
		assert.Contains(t, out.String(), word)
	}

	for _, verb := range taskVerbs() {
		assert.NotContains(t, out.String(), verb, "what the program calls itself with is nobody's business")
	}
}

func TestWrongCommandLineNamesEveryMistake(t *testing.T) {
	t.Parallel()

	var out, errs bytes.Buffer

	code := run([]string{"--vendors", "0", "--programs", "fast", "--symbols", "0", "--latency", "0s", "--format", "xml", "--repeat", "0", "--parts", "all", "--answers", "0", "--streams", "0", "--rate", "-1", "--for", "1ms", "--readers", "0", "--modes", "none"},
		strings.NewReader(""), &out, &errs)
	assert.Equal(t, 1, code)
	assert.Empty(t, out.String())

	for _, flag := range []string{"--vendors 0", "--programs fast", "--symbols 0", "--latency 0s", `--format "xml"`, "--repeat 0", "--parts all", "--answers 0", "--streams 0", "--rate -1", "--for 1ms", "--readers 0", "--modes none"} {
		assert.Contains(t, errs.String(), flag)
	}
}
