package gateway

import (
	"maps"
	"net/http"
	"slices"

	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/dashboard"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// route is one resource: what answers which method. A method without a handler is 405.
type route struct {
	path   string       // as http.ServeMux has it, without a method
	open   bool         // nobody needs a token
	get    http.Handler // needs the role read; answers HEAD too
	stream http.Handler // like get, but goes on until somebody ends it: no HEAD
	post   http.Handler // needs the role admin
}

// routes is the table of what there is.
func (g *Gateway) routes() []route {
	page := dashboard.New()
	table := []route{
		{path: "/{$}", open: true, get: page},
		{path: dashboard.Prefix, open: true, get: page},
		{path: "/healthz", open: true, get: http.HandlerFunc(g.healthz)},
		{path: "/readyz", get: http.HandlerFunc(g.readyz)},
		{path: "/v1/snapshot", get: http.HandlerFunc(g.latest), post: http.HandlerFunc(g.take)},
		{path: "/v1/snapshots", get: http.HandlerFunc(g.rounds)},
		{path: "/v1/snapshots/{round}", get: http.HandlerFunc(g.round)},
		{path: "/v1/instruments", get: http.HandlerFunc(g.instruments)},
		{path: "/v1/instruments/{instrument}", get: http.HandlerFunc(g.instrument)},
		{path: "/v1/vendors", get: http.HandlerFunc(g.vendors)},
		{path: "/v1/vendors/{vendor}", get: http.HandlerFunc(g.vendor)},
		{path: "/v1/vendors/{vendor}/restart", post: g.steer(g.options.Rounds.Restart)},
		{path: "/v1/vendors/{vendor}/pause", post: g.steer(g.options.Rounds.Pause)},
		{path: "/v1/vendors/{vendor}/resume", post: g.steer(g.options.Rounds.Resume)},
		{path: "/v1/audit", get: http.HandlerFunc(g.audit)},
		{path: "/v1/status", get: http.HandlerFunc(g.status)},
		{path: "/v1/tree", get: http.HandlerFunc(g.tree)},
		{path: "/v1/stream", stream: http.HandlerFunc(g.hub.SSE)},
		{path: "/v1/ws", stream: http.HandlerFunc(g.hub.WebSocket)},
		{path: "/openapi.json", get: http.HandlerFunc(g.describe)},
	}

	if g.options.Metrics != nil {
		table = append(table, route{path: "/metrics", get: whole(g.options.Metrics)})
	}

	return table
}

// whole answers only those who may see everything: what it shows cannot be narrowed.
func whole(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if selection := access.From(r.Context()).Selection; !selection.IsAll() {
			problem.Write(w, api.Problem{Status: http.StatusForbidden, Detail: "this needs a token that may see everything"})

			return
		}

		next.ServeHTTP(w, r)
	})
}

// handler is the whole of the gateway; see the package comment for the order.
func (g *Gateway) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", g.gate.Open(http.HandlerFunc(problem.NotFound)))

	for _, r := range g.routes() {
		mux.Handle(r.path, g.guarded(r))
	}

	return access.Headers(g.watch(access.Shape(g.gate.Known(mux))))
}

// guarded picks the method's handler, behind what the caller needs for it.
func (g *Gateway) guarded(r route) http.Handler {
	handlers := make(map[string]http.Handler)
	add := func(handler http.Handler, role access.Role, methods ...string) {
		if handler == nil {
			return
		}

		if r.open {
			handler = g.gate.Open(handler)
		} else {
			handler = g.gate.Require(role, handler)
		}

		for _, method := range methods {
			handlers[method] = handler
		}
	}

	add(r.get, access.RoleRead, http.MethodGet, http.MethodHead)
	add(r.stream, access.RoleRead, http.MethodGet)
	add(r.post, access.RoleAdmin, http.MethodPost)

	allowed := slices.Sorted(maps.Keys(handlers))
	other := g.gate.Open(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { problem.Method(w, r, allowed...) }))

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handler, is := handlers[r.Method]; is {
			handler.ServeHTTP(w, r)
		} else {
			other.ServeHTTP(w, r)
		}
	})
}

// healthz says that the process answers.
func (g *Gateway) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}
