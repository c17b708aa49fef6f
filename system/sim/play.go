package sim

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/system/example"
)

// Play is what a vendor plays in place of prices that walk: recorded answers to requests, a script on each connection over which it pushes, or
// both. A request that asks for a WebSocket gets the script. Any other request gets the first answer that fits; where none fits, the script
// line by line, as a body that does not end.
type Play struct {
	// Answers are asked in order. Where a request is conditional, those that are too come first.
	Answers []example.Answer
	// Script begins anew on each connection, which stays open after its end.
	Script []example.Step
	// Repeat sends what follows the client's last message again and again, unchanged, with this pause; 0 does not.
	Repeat time.Duration
	// Recording is where it is from; nil where it is from no definition.
	Recording *Recording
}

// Played counts what a vendor that plays a script has done.
type Played struct {
	// Connections were begun; Complete played the script to its end.
	Connections, Complete int
	// Beats were heard: messages the client sends again and again.
	Beats int
}

// maxProblems is how many problems of a vendor are remembered, the first.
const maxProblems = 100

func (p *Play) check() error {
	if len(p.Answers)+len(p.Script) == 0 {
		return errors.New("nothing to play")
	}

	if p.Repeat < 0 {
		return errors.New("negative repeat")
	}

	return nil
}

// answer finds the answer to a request for a path and query.
func (p *Play) answer(r *http.Request, target string) (page, bool) {
	conditional := r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != ""

	for _, wanted := range []bool{true, false} {
		if wanted && !conditional {
			continue
		}

		for i := range p.Answers {
			if a := &p.Answers[i]; a.Conditional == wanted && fits(a.For, target) {
				return recorded(a), true
			}
		}
	}

	return page{}, false
}

// fits reports whether a text is a part of a path and query, as sent or decoded.
func fits(part, target string) bool {
	if strings.Contains(target, part) {
		return true
	}

	path, query, _ := strings.Cut(target, "?")
	decodedPath, errPath := url.PathUnescape(path)
	decodedQuery, errQuery := url.QueryUnescape(query)

	return errPath == nil && errQuery == nil && strings.Contains(decodedPath+"?"+decodedQuery, part)
}

// recorded makes a page of a recorded answer.
func recorded(a *example.Answer) page {
	p := page{status: orElse(a.Status, http.StatusOK), body: a.Body, headers: make(map[string]string, len(a.Headers))}

	for key, value := range a.Headers {
		switch http.CanonicalHeaderKey(key) {
		case "Content-Type":
			p.kind = value
		case "Content-Length": // is that of the body
		default:
			p.headers[key] = value
		}
	}

	return p
}

// lines are the server's messages of a script, each on a line.
func lines(script []example.Step) string {
	var b strings.Builder

	for i := range script {
		if script[i].Server != "" {
			b.WriteString(script[i].Server + "\n")
		}
	}

	return b.String()
}

// settle decides what is answered where nothing goes wrong.
func (x *exchange) settle() {
	play := x.vendor.play
	if play == nil {
		x.good = page{status: http.StatusOK, kind: jsonType, body: render(x.quotes)}

		return
	}

	answer, found := play.answer(x.r, x.target)

	switch {
	case len(play.Script) > 0 && upgrades(x.r):
		x.pushes, x.good = true, page{status: http.StatusUpgradeRequired, kind: "text/plain", body: "a WebSocket\n"}
	case found:
		x.good = answer
	case len(play.Script) > 0:
		x.pushes, x.good = true, page{status: http.StatusOK, kind: jsonType, body: lines(play.Script)}
	default:
		x.good = page{status: http.StatusNotFound, kind: jsonType, body: `{"error":"the simulator has no answer to this request"}`}
		x.vendor.problem("no answer fits " + x.r.Method + " " + x.target)
	}
}

// upgrades reports whether a request asks for a WebSocket.
func upgrades(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// perform gives the answer, or plays the script in some manner.
func (x *exchange) perform(m manner) {
	switch {
	case !x.pushes:
		x.send(x.good)
	case upgrades(x.r):
		x.playSocket(m)
	default:
		x.playLines(m)
	}
}

// problem remembers what a client did that the play does not foresee.
func (v *vendor) problem(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()

	if len(v.problems) < maxProblems {
		v.problems = append(v.problems, text)
		v.log.Warn("a client does not do what the recording expects: ask for the same instruments as it, in the same order")
	}
}

// count changes the counters.
func (v *vendor) count(change func(*Played)) {
	v.mu.Lock()
	defer v.mu.Unlock()

	change(&v.played)
}

// Problems returns what the clients of a vendor did that its play does not foresee, the first of them: requests without an answer, messages
// that were not expected, messages that did not come. The texts hold what the clients sent, credentials included.
func (s *Server) Problems(vendor string) []string {
	v, err := s.find(vendor)
	if err != nil {
		return nil
	}

	v.mu.Lock()
	defer v.mu.Unlock()

	return slices.Clone(v.problems)
}

// Played returns what a vendor that plays a script has done so far.
func (s *Server) Played(vendor string) Played {
	v, err := s.find(vendor)
	if err != nil {
		return Played{}
	}

	v.mu.Lock()
	defer v.mu.Unlock()

	return v.played
}
