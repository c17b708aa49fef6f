package streaming

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/system/secret"
)

// Phases that a connection goes through, as an observer is told when they are over (Reached). Those that a definition has not are left out.
const (
	PhaseBootstrap  = "bootstrap"   // the request before it was answered
	PhaseDial       = "dial"        // name, TCP and TLS; a credential that had to be asked for comes before
	PhaseUpgrade    = "upgrade"     // the WebSocket, or the head of the answer, is there
	PhaseLogin      = "login"       // the vendor has accepted it
	PhaseSubscribe  = "subscribe"   // everything is ordered and, where that is said, acknowledged
	PhaseFirstQuote = "first quote" // the first row of an instrument came
)

// reached tells an observer that a phase is over.
func (s *Stream) reached(phase string) { s.observe(Reached, time.Now(), []byte(phase)) }

// traced makes a connection known to the observer once it is there.
func (s *Stream) traced(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { s.reached(PhaseDial) },
	})
}

// show tells an observer what is asked for: the address, and the names of headers that not every vendor gets. What a bootstrap gave may be secret wherever it stands, so that
// only the host is shown of such an address.
func (o *opening) show(request *http.Request, own *url.URL) {
	shown := own.String()
	if o.boot != nil {
		shown = own.Scheme + "://" + own.Host + "/" + secret.Mask
	}

	o.stream.observe(Asked, time.Now(), []byte(request.Method+" "+shown))

	var names []string
	for name := range request.Header {
		if name != "Accept" && name != "User-Agent" {
			names = append(names, name)
		}
	}

	slices.Sort(names)

	if len(names) > 0 {
		o.stream.observe(Asked, time.Now(), []byte("with "+strings.Join(names, ", ")))
	}
}
