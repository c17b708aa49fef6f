package sim

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const jsonType = "application/json"

// exchange is one request and what will be answered to it.
type exchange struct {
	w      http.ResponseWriter
	r      *http.Request
	vendor *vendor
	record *Request
	hit    []*armed // the faults that are due
	delay  time.Duration
	seed   uint64
	quotes []quote // one for each listed instrument at first, then those asked for
	target string  // of a vendor that plays: the path below its own, and the query, as they came
	good   page    // what is answered where nothing goes wrong
	pushes bool    // the script is played, in place of good
}

// kinds names the faults that are due.
func (x *exchange) kinds() []Kind {
	kinds := make([]Kind, len(x.hit))
	for i, a := range x.hit {
		kinds[i] = a.fault.Kind
	}

	return kinds
}

// run waits, gathers the quotes or what is played, lets the faults edit and answers.
func (x *exchange) run() {
	x.wait(x.delay)
	x.choose(asked(x.r), time.Now())

	for _, a := range x.hit {
		if a.entry.edit != nil {
			a.entry.edit(x, a.fault)
		}
	}

	x.settle()

	for _, a := range x.hit {
		if a.entry.concerns(x) {
			a.entry.act(x, a.fault)

			return
		}
	}

	x.perform(manner{})
}

// asked returns the symbols a request asks for; nil if it names none.
func asked(r *http.Request) []string {
	query := r.URL.Query()
	symbols := query["symbol"]

	for _, list := range query["symbols"] {
		symbols = append(symbols, strings.Split(list, ",")...)
	}

	return symbols
}

// choose keeps the quotes of the listed symbols among those asked for, all if none are, and stamps them.
func (x *exchange) choose(symbols []string, now time.Time) {
	if symbols == nil {
		symbols = x.vendor.symbols
	}

	all := x.quotes
	x.quotes = nil

	for _, symbol := range symbols {
		if i := x.vendor.index(symbol); i >= 0 {
			q := all[i]
			q.symbol, q.at = jsonText(x.vendor.symbols[i]), jsonTime(now)
			x.quotes = append(x.quotes, q)
		}
	}
}

// answer sends a whole body.
func (x *exchange) answer(status int, contentType, body string) {
	x.send(page{status: status, kind: contentType, body: body})
}

// header sets a header of the answer.
func (x *exchange) header(key, value string) { setHeader(x.w, key, value) }

func setHeader(w http.ResponseWriter, key, value string) {
	w.Header().Set(key, value)
}

// begin sends the headers of an answer at once; a negative length leaves the length open.
func (x *exchange) begin(status int, contentType string, length int64) {
	x.header("Content-Type", contentType)

	if length >= 0 {
		x.header("Content-Length", strconv.FormatInt(length, 10))
	}

	x.w.WriteHeader(status)
	x.flush()
}

// write sends a piece of the body; it does not return if the client is gone.
func (x *exchange) write(body string) {
	if _, err := io.WriteString(x.w, body); err != nil {
		x.abort()
	}
}

// flush puts what was written on the wire.
func (x *exchange) flush() {
	if err := http.NewResponseController(x.w).Flush(); err != nil {
		x.abort()
	}
}

// repeat sends size bytes made of a piece again and again; without end if size is negative.
func (x *exchange) repeat(piece string, size int64) {
	const block = 64 << 10

	pieces := strings.Repeat(piece, max(block/len(piece), 1))

	for left := size; left != 0; {
		if left < 0 {
			x.write(pieces)

			continue
		}

		n := min(left, int64(len(pieces)))
		x.write(pieces[:n])
		left -= n
	}
}

// wait returns after a while; it does not return if the client is gone or the simulator stops.
func (x *exchange) wait(d time.Duration) {
	if !pause(x.r.Context(), d) {
		x.abort()
	}
}

// hang waits for the client to go or the simulator to stop, and cuts the connection.
func (x *exchange) hang() {
	<-x.r.Context().Done()
	x.abort()
}

// abort cuts the connection and ends the handler, in the way net/http prescribes.
func (x *exchange) abort() { panic(http.ErrAbortHandler) }

// random returns this exchange's own random stream.
func (x *exchange) random() *rand.Rand {
	return rand.New(rand.NewPCG(x.seed, 0)) //nolint:gosec // simulated garbage must be repeatable, not secret
}

// raw takes the connection from the HTTP server and hands it to write, with a buffer that is flushed afterwards. The connection is closed
// when write returns, or earlier if the simulator stops; then write sees an error.
func (x *exchange) raw(write func(conn net.Conn, out *bufio.Writer) error) {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		x.abort()
	}

	stop := context.AfterFunc(x.r.Context(), func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()

	if conn.SetDeadline(time.Time{}) != nil {
		return
	}

	out := bufio.NewWriter(conn)
	if write(conn, out) == nil {
		_ = out.Flush() // the client may be gone, which is its right
	}
}

// pause waits and reports whether the time passed; false if the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}

	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
