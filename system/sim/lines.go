package sim

import (
	"context"
	"net/http"

	"github.com/rollcall-go/rollcall/system/example"
)

// lineStream is an HTTP answer that does not end, one message a line.
type lineStream struct {
	x *exchange
}

// playLines answers with the script, line by line.
func (x *exchange) playLines(m manner) {
	x.begin(http.StatusOK, jsonType, -1)
	x.vendor.perform(x.r.Context(), &lineStream{x: x}, m)
}

func (l *lineStream) say(ctx context.Context, message *example.Step) error {
	if err := ctx.Err(); err != nil {
		return err
	}

	l.x.write(message.Server + "\n")
	l.x.flush()

	return nil
}

func (l *lineStream) heard() <-chan string  { return nil }
func (l *lineStream) gone() <-chan struct{} { return l.x.r.Context().Done() }
func (l *lineStream) quiet(bool)            {}

// end leaves the handler, which ends the answer, or cuts the connection.
func (l *lineStream) end(code int, _ string) {
	if code == 0 {
		l.x.abort()
	}
}
