package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxRequest is the longest request that is read, in bytes.
const maxRequest = 4096

// fleet is all vendors behind one port. It answers on connections that are kept open, with as little work of its own as possible.
type fleet struct {
	replies [2][]byte      // in turn where prices move
	moves   int64          // after how many answers of a vendor its prices move; 0: never
	asked   []atomic.Int64 // requests by vendor, since the mode was set
	hold    atomic.Int64   // how long each answer is held back, in ns
	hang    atomic.Int64   // one request in so many is never answered, in turn over the vendors; 0: none
	longest atomic.Int64   // the longest that an answer was really held back, in ns
}

func newFleet(vendors, symbols, moves int) *fleet {
	f := &fleet{moves: int64(moves), asked: make([]atomic.Int64, vendors)}

	for turn := range f.replies {
		body := fleetBody(symbols, turn)
		f.replies[turn] = []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	}

	return f
}

// fleetBody is what each vendor answers. The second turn's prices are higher.
func fleetBody(symbols, turn int) string {
	var b strings.Builder

	b.WriteString(`{"quotes":[`)

	for i := range symbols {
		if i > 0 {
			b.WriteByte(',')
		}

		fmt.Fprintf(&b, `{"symbol":%q,"price":%d.%02d}`, symbolName(i), 100+i+turn, i%100)
	}

	b.WriteString(`]}`)

	return b.String()
}

func symbolName(i int) string { return "S" + strconv.Itoa(i) }

// vendorURL is where a vendor answers. Each has a host of its own, as vendors do: clients keep connections per host.
func vendorURL(vendor, port int) string {
	return fmt.Sprintf("http://127.%d.%d.%d:%d/quotes/%d", 1+vendor>>16, vendor>>8&255, vendor&255, port, vendor)
}

// set changes how the vendors behave and forgets what was counted.
func (f *fleet) set(m mode) {
	for i := range f.asked {
		f.asked[i].Store(0)
	}

	f.hold.Store(int64(m.Hold))
	f.hang.Store(int64(m.Hang))
	f.longest.Store(0)
}

// listen serves until the context ends.
func (f *fleet) listen(ctx context.Context, listener net.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()

	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}

		if err != nil {
			return fmt.Errorf("vendors: %w", err)
		}

		// The port is open on every address, because a listener cannot be bound to a network.
		if from, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !from.IP.IsLoopback() {
			_ = conn.Close()

			continue
		}

		go func() {
			defer func() { _ = conn.Close() }()

			f.serve(conn)
		}()
	}
}

// serve answers one request after the other until the client goes away.
func (f *fleet) serve(conn net.Conn) {
	buffer := make([]byte, maxRequest)

	for used := 0; ; {
		n, err := conn.Read(buffer[used:])
		if err != nil || n == 0 {
			return
		}

		used += n
		if !bytes.HasSuffix(buffer[:used], []byte("\r\n\r\n")) {
			continue
		}

		vendor, err := f.vendorOf(buffer[:used])
		if err != nil {
			return
		}

		used = 0

		if !f.answer(conn, vendor) {
			return
		}
	}
}

var errRequest = errors.New("not a request for a vendor's quotes")

// vendorOf reads the vendor's number out of "GET /quotes/17 HTTP/1.1".
func (f *fleet) vendorOf(request []byte) (int, error) {
	rest, ok := bytes.CutPrefix(request, []byte("GET /quotes/"))
	if !ok {
		return 0, errRequest
	}

	number, _, _ := bytes.Cut(rest, []byte(" "))

	vendor, err := strconv.Atoi(string(number))
	if err != nil || vendor < 0 || vendor >= len(f.asked) {
		return 0, errRequest
	}

	return vendor, nil
}

// answer answers one request and reports whether the connection can go on.
func (f *fleet) answer(conn net.Conn, vendor int) bool {
	began := time.Now()

	number := f.asked[vendor].Add(1)
	if f.hangs(vendor, number) {
		_, _ = io.Copy(io.Discard, conn) // until the client gives up

		return false
	}

	if hold := f.hold.Load(); hold > 0 {
		<-time.NewTimer(time.Duration(hold)).C
		f.held(time.Since(began))
	}

	_, err := conn.Write(f.replies[f.turn(vendor, number)])

	return err == nil
}

// turn is which of the replies a request gets. Vendors take turns: in each round as many prices move.
func (f *fleet) turn(vendor int, number int64) int64 {
	if f.moves == 0 {
		return 0
	}

	return (number + int64(vendor)) / f.moves % 2
}

// hangs reports whether a vendor's request with a number is never answered.
func (f *fleet) hangs(vendor int, number int64) bool {
	hang := f.hang.Load()

	return hang > 0 && (number+int64(vendor))%hang == 0
}

// held remembers the longest.
func (f *fleet) held(took time.Duration) {
	for {
		longest := f.longest.Load()
		if int64(took) <= longest || f.longest.CompareAndSwap(longest, int64(took)) {
			return
		}
	}
}
