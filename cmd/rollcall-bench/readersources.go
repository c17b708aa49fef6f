package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/rollcall-go/rollcall/system/api"
)

// What is looked at of an event stands within its first bytes.
const headBytes = 512

// errRefused says that the server does not serve a reader.
var errRefused = errors.New("refused")

// query asks for the mode, and to go on after the round that the reader has.
func (r *reader) query() string {
	query := "?mode=" + strings.Replace(r.crowd.task.Mode, modeWhole, "full", 1)
	if r.last > 0 {
		query += "&after=" + strconv.FormatUint(r.last, 10)
	}

	return query
}

// sseSource reads Server-Sent Events with as little work as possible.
type sseSource struct {
	conn net.Conn
	body io.ReadCloser
	in   *bufio.Reader
}

func openSSE(ctx context.Context, r *reader) (source, error) {
	conn, err := r.dial(ctx)
	if err != nil {
		return nil, err
	}

	s := &sseSource{conn: conn}
	defer context.AfterFunc(ctx, s.close)()

	if _, err := fmt.Fprintf(conn, "GET /v1/stream%s HTTP/1.1\r\nHost: %s\r\n\r\n", r.query(), r.crowd.task.Address); err != nil {
		return nil, errors.Join(err, conn.Close())
	}

	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}

	if response.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("%w: %s", errRefused, response.Status), response.Body.Close(), conn.Close())
	}

	s.body, s.in = response.Body, bufio.NewReaderSize(response.Body, 16<<10)

	return s, nil
}

// next implements source.
func (s *sseSource) next() (heard, error) {
	var e heard

	for {
		line, err := s.in.ReadSlice('\n')
		e.size += len(line)

		if len(line) == 1 && e.kind != "" {
			return e, nil
		}

		e.line(line)

		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = s.in.ReadSlice('\n')
			e.size += len(line)
		}

		if err != nil {
			return e, err
		}
	}
}

// line reads the beginning of a line.
func (e *heard) line(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(": "))

	switch string(name) {
	case "id":
		e.round = number(bytes.TrimSpace(value))
	case "event":
		e.kind = api.EventType(bytes.TrimSpace(value))
	case "data":
		e.data(value)
	}
}

// data reads the beginning of an event's JSON.
func (e *heard) data(text []byte) {
	text = text[:min(len(text), headBytes)]
	e.since, e.count = number(after(text, `"since":`)), number(after(text, `"count":`))

	if at := after(text, `"published_at":"`); len(at) > 0 {
		value, _, _ := bytes.Cut(at, []byte(`"`))
		e.published, _ = time.Parse(time.RFC3339Nano, string(value)) // zero where it is not one
	}
}

// after is what follows a text; nothing where it is not there.
func after(text []byte, what string) []byte {
	_, rest, _ := bytes.Cut(text, []byte(what))

	return rest
}

// number is the digits that a text begins with.
func number(text []byte) uint64 {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}

	n, _ := strconv.ParseUint(string(text[:end]), 10, 64) // 0 where there are none

	return n
}

func (s *sseSource) close() { _ = s.conn.Close() }

// wsSource reads a WebSocket.
type wsSource struct {
	conn *websocket.Conn
	ctx  context.Context //nolint:containedctx // of the connection
	head []byte
}

func openWebSocket(ctx context.Context, r *reader) (source, error) {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return r.dial(ctx) },
	}}

	//nolint:bodyclose // the library closes it
	conn, _, err := websocket.Dial(ctx, "ws://"+r.crowd.task.Address+"/v1/ws"+r.query(), &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		return nil, err
	}

	conn.SetReadLimit(-1)

	return &wsSource{conn: conn, ctx: ctx, head: make([]byte, headBytes)}, nil
}

// next implements source.
func (s *wsSource) next() (heard, error) {
	_, message, err := s.conn.Reader(s.ctx)
	if err != nil {
		return heard{}, err
	}

	n, err := io.ReadFull(message, s.head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return heard{}, err
	}

	rest, err := io.Copy(io.Discard, message)
	if err != nil {
		return heard{}, err
	}

	e := heard{size: n + int(rest), round: number(after(s.head[:n], `"round":`))}
	kind, _, _ := bytes.Cut(after(s.head[:n], `"type":"`), []byte(`"`))
	e.kind = api.EventType(kind)
	e.data(s.head[:n])

	return e, nil
}

func (s *wsSource) close() { _ = s.conn.CloseNow() }
