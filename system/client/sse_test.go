package client_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/client"
)

// The examples of the HTML standard, and what proxies make of line ends.
func TestStreamsAreReadAsTheStandardSays(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		text string
		want []client.Message
	}{
		"data":                     {"data: a\n\n", []client.Message{{"message", "", "a"}}},
		"several lines":            {"data: a\ndata: b\n\n", []client.Message{{"message", "", "a\nb"}}},
		"an empty line of data":    {"data\n\n", []client.Message{{"message", "", ""}}},
		"two empty lines of data":  {"data\ndata:\n\n", []client.Message{{"message", "", "\n"}}},
		"one space is no data":     {"data:  a\n\n", []client.Message{{"message", "", " a"}}},
		"kind and id":              {"id: 7\nevent: snapshot\ndata: {}\n\n", []client.Message{{"snapshot", "7", "{}"}}},
		"the id goes on":           {"id: 7\ndata: a\n\ndata: b\n\n", []client.Message{{"message", "7", "a"}, {"message", "7", "b"}}},
		"an id with a NUL":         {"id: 7\x00\ndata: a\n\n", []client.Message{{"message", "", "a"}}},
		"the kind does not go on":  {"event: x\n\ndata: a\n\n", []client.Message{{"message", "", "a"}}},
		"comments":                 {": hello\n\n: \ndata: a\n\n", []client.Message{{"message", "", "a"}}},
		"unknown fields":           {"colour: red\ndata: a\n\n", []client.Message{{"message", "", "a"}}},
		"carriage returns":         {"data: a\r\rdata: b\r\r", []client.Message{{"message", "", "a"}, {"message", "", "b"}}},
		"both":                     {"data: a\r\n\r\ndata: b\r\n\r\n", []client.Message{{"message", "", "a"}, {"message", "", "b"}}},
		"byte order mark":          {"\xef\xbb\xbfdata: a\n\n", []client.Message{{"message", "", "a"}}},
		"a mark later is a field":  {"data: a\n\n\xef\xbb\xbfdata: b\n\n", []client.Message{{"message", "", "a"}}},
		"cut in the middle":        {"data: a\n\ndata: b\n", []client.Message{{"message", "", "a"}}},
		"cut in the line":          {"data: a\n\ndata: b", []client.Message{{"message", "", "a"}}},
		"nothing":                  {"", nil},
		"a colon alone is comment": {":\ndata: a\n\n", []client.Message{{"message", "", "a"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, _, err := client.Messages(strings.NewReader(c.text), 1000)
			require.ErrorIs(t, err, io.EOF)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestStreamsSayWhenToComeBack(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]time.Duration{
		"retry: 2000\n\n": 2 * time.Second, "retry: soon\n\n": 0, "retry: 1\nretry: -1\n\n": time.Millisecond, "retry: 1e3\n\n": 0,
	} {
		_, got, err := client.Messages(strings.NewReader(text), 1000)
		require.ErrorIs(t, err, io.EOF)
		assert.Equal(t, want, got, text)
	}
}

// What a stream makes us keep is bounded, however it is split into lines.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()

	for name, in := range map[string]io.Reader{
		"a line without end": endless("x"),
		"an event":           endless("data: 0123456789\n"),
		"a field":            endless("event: x"),
	} {
		_, _, err := client.Messages(in, 1000)
		require.ErrorIs(t, err, client.ErrTooLarge, name)
	}

	got, _, err := client.Messages(strings.NewReader("data: "+strings.Repeat("x", 1000)+"\n\n"), 1000)
	require.ErrorIs(t, err, io.EOF)
	assert.Len(t, got, 1, "the limit itself is allowed")
}

// endless repeats a text for ever.
func endless(text string) io.Reader { return &repeated{text: text} }

type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}

	return len(p), nil
}

// However the network cuts a stream into pieces, the same is read; a plain splitter that knows line feeds only agrees where there are no others.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		"retry: 2000\n\nid: 42\nevent: snapshot\ndata: {\"schema\":\"rollcall.snapshot/1\"}\n\n", "data: a\r\n\r\n", "\xef\xbb\xbfdata\n\n", ":\r\r\n",
	} {
		f.Add([]byte(seed))
	}

	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 256

		whole, retry, ended := client.Messages(bytes.NewReader(data), limit)
		pieces, again, endedAgain := client.Messages(iotest.OneByteReader(bytes.NewReader(data)), limit)

		assert.Equal(t, whole, pieces)
		assert.Equal(t, retry, again)
		assert.Equal(t, ended.Error(), endedAgain.Error())

		for _, m := range whole {
			assert.LessOrEqual(t, len(m.Data), 2*limit)
			assert.NotContains(t, m.Kind, "\n")
			assert.NotContains(t, m.Data, "\r")
		}

		if errors.Is(ended, io.EOF) && bytes.IndexByte(data, '\r') < 0 && !bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
			assert.Equal(t, simply(string(data)), whole)
		}
	})
}

// simply reads a stream whose lines end with line feeds.
func simply(text string) []client.Message {
	var (
		found []client.Message
		m     client.Message
		data  []string
	)

	end := strings.LastIndexByte(text, '\n')
	if end < 0 {
		return nil
	}

	for line := range strings.SplitSeq(text[:end], "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")

		switch {
		case line == "" && data != nil:
			m.Data = strings.Join(data, "\n")
			if m.Kind == "" {
				m.Kind = "message"
			}

			found, data, m.Kind = append(found, m), nil, ""
		case line == "":
			m.Kind = ""
		case name == "event":
			m.Kind = value
		case name == "data":
			data = append(data, value)
		case name == "id" && !strings.Contains(value, "\x00"):
			m.ID = value
		}
	}

	return found
}

// Whatever an event holds, it is read or it is malformed, and never both.
func FuzzEvent(f *testing.F) {
	for kind, data := range map[string]string{
		"snapshot": `{"schema":"rollcall.snapshot/1","round":1,"status":"empty"}`,
		"changes":  `{"round":2,"since":1,"status":"complete","instruments":{"A":{}},"vendors":{}}`,
		"skipped":  `{"from":1,"to":2,"count":2}`, "reset": `{}`, "round": `{"round":1}`, "answer": `{"vendor":"x"}`, "bye": `null`, "heartbeat": `[`,
	} {
		f.Add(kind, []byte(data))
	}

	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		e, err := client.Decode(kind, data)
		if err != nil {
			require.ErrorIs(t, err, client.ErrMalformed)
			assert.Zero(t, e)

			return
		}

		assert.Equal(t, kind, string(e.Type))
	})
}

func TestDelaysGrowToALimitAndAreSpread(t *testing.T) {
	t.Parallel()

	for failed, seconds := range []int{1, 2, 4, 8, 10, 10} {
		most := time.Duration(seconds) * time.Second

		for range 100 {
			got := client.Backoff(time.Second, 10*time.Second, failed)
			assert.LessOrEqual(t, got, most)
			assert.GreaterOrEqual(t, got, most/2)
		}
	}

	assert.LessOrEqual(t, client.Backoff(time.Second, 10*time.Second, 1_000_000), 10*time.Second)
}
