package streaming_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// noon is when every conversation begins.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// TestSession is a set of conversations with the session of one connection. Each command happens at t= (since the start); its output is what is
// to be done.
func TestSession(t *testing.T) {
	t.Parallel()

	datadriven.Walk(t, "testdata/session", func(t *testing.T, path string) {
		t.Helper()

		talk := &talk{now: noon}
		datadriven.RunTest(t, path, talk.command)
	})
}

type talk struct {
	stream  *streaming.Stream
	session *streaming.Conversation
	now     time.Time
}

func (c *talk) command(t *testing.T, d *datadriven.TestData) string {
	t.Helper()

	if d.HasArg("t") {
		c.now = noon.Add(durationOf(t, d, "t"))
	}

	var lines []string

	switch d.Cmd {
	case "define":
		return c.define(t, d)
	case "open":
		c.now = noon
		c.session = c.stream.Converse(instrumentsOf(t, d), bootOf(d), noon)
		lines = c.session.Open(t.Context(), c.now)
	case "text":
		// Each line is a message; what is said about several is joined.
		for line := range strings.SplitSeq(strings.TrimSpace(d.Input), "\n") {
			lines = append(lines, c.session.Message(t.Context(), c.now, []byte(line), false)...)
		}
	case "binary":
		var packing string

		d.MaybeScanArgs(t, "packing", &packing)
		lines = c.session.Message(t.Context(), c.now, packed(t, packing, d.Input), true)
	case "pong":
		lines = c.session.Life(c.now)
	case "tick":
		lines = c.session.Tick(t.Context(), c.now)
	default:
		t.Fatalf("unknown command %s", d.Cmd)
	}

	if len(lines) == 0 {
		return "-\n"
	}

	return strings.Join(lines, "\n") + "\n"
}

func (c *talk) define(t *testing.T, d *datadriven.TestData) string {
	t.Helper()

	var err error
	if c.stream, err = streaming.New(definitionOf(t, d.Input)); err != nil {
		return err.Error() + "\n"
	}

	return "-\n"
}

// definitionOf reads a definition as people write it: symbols by instrument.
func definitionOf(t testing.TB, text string) spec.Definition {
	t.Helper()

	var document yaml.Node

	require.NoError(t, yaml.Unmarshal([]byte(text), &document))

	root := document.Content[0]

	var symbols *yaml.Node

	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == "symbols" {
			symbols = root.Content[i+1]
			root.Content = slices.Delete(root.Content, i, i+2)

			break
		}
	}

	var definition spec.Definition

	require.NoError(t, root.Decode(&definition))

	for i := 0; symbols != nil && i+1 < len(symbols.Content); i += 2 {
		var symbol spec.Symbol

		require.NoError(t, symbols.Content[i+1].Decode(&symbol))
		symbol.Instrument = messages.Instrument(symbols.Content[i].Value)
		definition.Symbols = append(definition.Symbols, symbol)
	}

	return definition
}

func instrumentsOf(t *testing.T, d *datadriven.TestData) []messages.Instrument {
	t.Helper()

	var all []messages.Instrument

	for _, arg := range d.CmdArgs {
		if len(arg.Vals) == 0 {
			all = append(all, messages.Instrument(arg.Key))
		}
	}

	return all
}

func bootOf(d *datadriven.TestData) map[string]any {
	boot := map[string]any{}

	for _, arg := range d.CmdArgs {
		if name, is := strings.CutPrefix(arg.Key, "boot."); is {
			boot[name] = arg.Vals[0]
		}
	}

	return boot
}

func durationOf(t *testing.T, d *datadriven.TestData, name string) time.Duration {
	t.Helper()

	var text string

	d.ScanArgs(t, name, &text)

	value, err := time.ParseDuration(text)
	require.NoError(t, err)

	return value
}

// packed packs text as stream.frames says.
func packed(t testing.TB, packing, text string) []byte {
	t.Helper()

	var (
		out    bytes.Buffer
		writer io.WriteCloser
	)

	switch packing {
	case "gzip":
		writer = gzip.NewWriter(&out)
	case "zlib":
		writer = zlib.NewWriter(&out)
	case "deflate", "flushed":
		deflate, err := flate.NewWriter(&out, flate.BestSpeed)
		require.NoError(t, err)

		writer = deflate

		if packing == "flushed" {
			_, err := deflate.Write([]byte(text))
			require.NoError(t, err)
			require.NoError(t, deflate.Flush())

			return out.Bytes()
		}
	default:
		return []byte(text)
	}

	_, err := writer.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, writer.Close())

	return out.Bytes()
}
