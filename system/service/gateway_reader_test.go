package service_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// stream is what one reader of the API has, over all of its connections. It stops at the first thing that was not promised.
type stream struct {
	address string
	kind    string         // path and parameters
	last    messages.Round // that it has
	skipped uint64         // rounds that it was told it does not get
	resets  []api.Reset
	cuts    int
}

var (
	errContract = errors.New("not as promised")
	errEnough   = errors.New("enough")
)

// listen reads one connection until it is cut, which is after so many bytes, or until enough says so.
func (s *stream) listen(ctx context.Context, cutAfter int64, enough func(messages.Round) bool) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return err
	}

	defer reset(conn)
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()

	header := ""
	if s.last > 0 {
		header = fmt.Sprintf("Last-Event-ID: %d\r\n", s.last)
	}

	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", s.kind, header); err != nil {
		return err
	}

	in := &io.LimitedReader{R: conn, N: cutAfter}

	response, err := http.ReadResponse(bufio.NewReader(in), nil)
	if err != nil && in.N == 0 {
		return nil // it was cut within the header
	}

	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()

	if wait, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && response.StatusCode == http.StatusTooManyRequests {
		return pause(ctx, time.Duration(wait)*time.Second)
	}

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s", errContract, response.Status)
	}

	return s.follow(bufio.NewReader(response.Body), enough)
}

// follow reads events.
func (s *stream) follow(in *bufio.Reader, enough func(messages.Round) bool) error {
	var (
		kind   api.EventType
		id     messages.Round
		missed uint64
	)

	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil //nolint:nilerr // it was cut, by us: what is missing shows when the reader goes on
		}

		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")

		switch name {
		case "event":
			kind = api.EventType(value)
		case "id":
			number, err := strconv.ParseUint(value, 10, 64)
			if err != nil {
				return err
			}

			id = messages.Round(number)
		case "data":
			if missed, err = s.told(kind, value, missed); err != nil {
				return err
			}
		case "":
			if id == 0 {
				continue
			}

			if s.last > 0 && uint64(id) != uint64(s.last)+missed+1 {
				return fmt.Errorf("%w: round %d after %d, told of %d missing", errContract, id, s.last, missed)
			}

			if s.last, id, missed = id, 0, 0; enough(s.last) {
				return errEnough
			}
		}
	}
}

// told takes what is not a round.
func (s *stream) told(kind api.EventType, data string, missed uint64) (uint64, error) {
	switch kind {
	case api.EventReset:
		var said api.Reset
		if err := json.Unmarshal([]byte(data), &said); err != nil {
			return 0, err
		}

		if said.Requested != s.last {
			return 0, fmt.Errorf("%w: reset of %d for a reader that has %d", errContract, said.Requested, s.last)
		}

		s.resets = append(s.resets, said)
		s.last = 0
	case api.EventSkipped:
		var said api.Skipped
		if err := json.Unmarshal([]byte(data), &said); err != nil {
			return 0, err
		}

		s.skipped += said.Count

		return said.Count, nil
	default:
	}

	return missed, nil
}

// reset ends a connection as a reader does that crashes.
func reset(conn net.Conn) {
	if tcp, is := conn.(*net.TCPConn); is {
		_ = tcp.SetLinger(0)
	}

	_ = conn.Close()
}

const endless = int64(1) << 62

// pause waits for real time to pass.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
