package gateway

import (
	"net/http"

	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// route is one resource: what answers which method. A method without a handler is 405.
type route struct {
	path string       // as http.ServeMux has it, without a method
	open bool         // nobody needs a token
	get  http.Handler // needs the role read; answers HEAD too
	post http.Handler // needs the role admin
}

// routes is the table of what there is.
func (g *Gateway) routes() []route {
	return []route{
		{path: "/healthz", open: true, get: http.HandlerFunc(g.healthz)},
		{path: "/v1/snapshot", get: http.HandlerFunc(g.latest)},
	}
}

// handler is the whole of the gateway.
func (g *Gateway) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range g.routes() {
		mux.Handle(r.path, r)
	}

	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { problem.NotFound(w, r) })

	return mux
}

// ServeHTTP picks the method's handler.
func (t route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case t.get != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		t.get.ServeHTTP(w, r)
	case t.post != nil && r.Method == http.MethodPost:
		t.post.ServeHTTP(w, r)
	default:
		problem.Method(w, r, t.methods()...)
	}
}

func (t route) methods() []string {
	var methods []string

	if t.get != nil {
		methods = append(methods, http.MethodGet, http.MethodHead)
	}

	if t.post != nil {
		methods = append(methods, http.MethodPost)
	}

	return methods
}

// healthz says that the process answers.
func (g *Gateway) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// latest answers with the newest snapshot.
func (g *Gateway) latest(w http.ResponseWriter, r *http.Request) {
	snapshot := g.options.Rounds.Latest()
	if snapshot == nil {
		problem.Unavailable(w, r, "there is no snapshot yet")

		return
	}

	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(snapshot.AppendJSON(nil))
}
