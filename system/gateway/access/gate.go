package access

import (
	"crypto/tls"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
	"github.com/rollcall-go/rollcall/system/logs"
)

// Gate lets in who may come in. Its methods may be called from any goroutine.
type Gate struct {
	rules atomic.Pointer[rules]
	log   *logrus.Entry

	callers   *limiter // by caller
	addresses *limiter // by address, where nobody needs to be known
	failures  *limiter // of tokens, by address
	spoken    *limiter // of log lines about those

	updating sync.Mutex
}

// New checks the settings; the error names every mistake and no token.
func New(settings Settings) (*Gate, error) {
	first, err := compile(settings, nil)
	if err != nil {
		return nil, err
	}

	g := &Gate{
		log:       logs.OrSilent(settings.Log),
		callers:   newLimiter(settings.Rate.orDefault()),
		addresses: newLimiter(settings.Rate.orDefault()),
		failures:  newLimiter(Rate{PerSecond: 1, Burst: 10}),
		spoken:    newLimiter(Rate{PerSecond: 1.0 / 60, Burst: 1}),
	}
	g.rules.Store(first)

	return g, nil
}

// Update replaces tokens and hosts. What is open under a token that is not there any more, or gives something else now, is ended; everything
// else goes on. A mistake changes nothing.
func (g *Gate) Update(settings Settings) error {
	g.updating.Lock()
	defer g.updating.Unlock()

	old := g.rules.Load()

	next, err := compile(settings, old)
	if err != nil {
		return err
	}

	g.rules.Store(next)

	for _, lost := range next.lost(old) {
		lost.revoke()
	}

	return nil
}

// Open lets everybody use a resource, as often as an address may.
func (g *Gate) Open(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait, ok := g.addresses.take(address(r), time.Now()); !ok {
			problem.TooMany(w, r, wait, "this address asks too often")

			return
		}

		next.ServeHTTP(w, r)
	})
}

// Require lets those use a resource who have a role. The handler finds them with From; the request's context ends when they lose it.
func (g *Gate) Require(role Role, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found := g.rules.Load().find(bearer(r))
		if found == nil {
			g.refuse(w, r)

			return
		}

		ctx, leave, ok := found.enter(r.Context())
		if !ok { // taken back just now
			g.refuse(w, r)

			return
		}
		defer leave()

		caller := found.caller
		if subject := certified(r.TLS); subject != "" && caller.Name == Local {
			caller.Name = subject
		}

		if wait, ok := g.callers.take(caller.Name, time.Now()); !ok {
			problem.TooMany(w, r, wait, "this caller asks too often")

			return
		}

		if role == RoleAdmin && caller.Role != RoleAdmin {
			problem.Write(w, api.Problem{Status: http.StatusForbidden, Detail: "this needs the role admin"})

			return
		}

		next.ServeHTTP(w, r.WithContext(With(ctx, &caller)))
	})
}

// refuse answers who is nobody. Guessing is limited by address and never locks out who has a token.
func (g *Gate) refuse(w http.ResponseWriter, r *http.Request) {
	client, now := address(r), time.Now()

	if _, ok := g.spoken.take(client, now); ok {
		g.log.WithField("client", client).Warn("a request without a valid token was refused")
	}

	if wait, ok := g.failures.take(client, now); !ok {
		w.Header().Set("Connection", "close")
		problem.TooMany(w, r, wait, "too many requests without a valid token")

		return
	}

	w.Header().Set("WWW-Authenticate", `Bearer realm="rollcall"`)
	problem.Write(w, api.Problem{Status: http.StatusUnauthorized, Detail: "send a valid token as 'Authorization: Bearer TOKEN'"})
}

// bearer is the token that a request shows; empty if it shows none in the one way there is.
func bearer(r *http.Request) string {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}

	token, is := strings.CutPrefix(values[0], "Bearer ")
	if !is {
		return ""
	}

	return token
}

// certified is the name in a client's certificate, which was verified when it connected; empty without one.
func certified(state *tls.ConnectionState) string {
	if state == nil || len(state.VerifiedChains) == 0 {
		return ""
	}

	return messages.CleanDetail(state.PeerCertificates[0].Subject.CommonName)
}
