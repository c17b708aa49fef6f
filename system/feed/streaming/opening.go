package streaming

import (
	"context"
	"net/http"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
)

// opening is one attempt to open a connection, and what came of it.
type opening struct {
	stream  *Stream
	symbols []spec.Symbol
	group   *group
	life    func()

	request *http.Request  // the newest that was authorized; nil before there is one
	hidden  concealment    // of that request
	boot    map[string]any // what the bootstrap gave
	wire    wire
}

// open opens a connection with the instruments. Where the vendor does not accept credentials that can be renewed, it tries once more.
func (s *Stream) open(ctx context.Context, symbols []spec.Symbol, g *group, life func()) (*opening, *messages.Failure) {
	for try := 0; ; try++ {
		o := &opening{stream: s, symbols: symbols, group: g, life: life}
		failure := o.attempt(ctx)

		if failure == nil || failure.Outcome != messages.OutcomeAuth || try > 0 || o.request == nil || !s.credentials.Renew(ctx, o.request) {
			return o, failure
		}
	}
}

func (o *opening) attempt(ctx context.Context) *messages.Failure {
	s := o.stream

	if s.bootstrap != nil {
		boot, failure := s.bootstrap.ask(ctx, o)
		if failure != nil {
			return failure
		}

		o.boot = boot

		s.reached(PhaseBootstrap)
	}

	request, values, err := s.address.make(ctx, o.symbols, o.boot, s.nonce.next(time.Now()))
	if err != nil {
		return messages.NewFailure(messages.OutcomeBadRequest, s.plan.veil.Mask(err.Error()))
	}

	own := request.URL // a signature may be added to it

	if failure := o.authorize(ctx, request, nil, values); failure != nil {
		return failure
	}

	o.show(request, own)

	dialer := s.dialer
	dialer.hidden = o.hidden

	open, failure := dialer.dial(s.traced(ctx), request, o.life)
	if failure != nil {
		return failure
	}

	o.wire = open

	s.reached(PhaseUpgrade)

	return nil
}

// authorize adds credentials to a request. Those that have to be asked for first take no longer than any other step.
func (o *opening) authorize(ctx context.Context, request *http.Request, body []byte, values *template.Values) *messages.Failure {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()

	if err := o.stream.credentials.Authorize(ctx, request, body, values); err != nil {
		return asFailure(err)
	}

	o.request, o.hidden = request, concealed(request)

	return nil
}
