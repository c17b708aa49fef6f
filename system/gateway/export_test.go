package gateway

import "net/http"

// RouteInfo is one line of the table of routes.
type RouteInfo struct {
	Path    string
	Methods []string
}

// Routes is the table of routes.
func (g *Gateway) Routes() []RouteInfo {
	var list []RouteInfo

	for _, r := range g.routes() {
		info := RouteInfo{Path: r.path}

		if r.get != nil || r.stream != nil {
			info.Methods = append(info.Methods, http.MethodGet)
		}

		if r.post != nil {
			info.Methods = append(info.Methods, http.MethodPost)
		}

		list = append(list, info)
	}

	return list
}

// Inert is inert.
func Inert(cell string) string { return inert(cell) }

// Handler is the whole of the gateway, without its connections; the hub is started.
func (g *Gateway) Handler() http.Handler {
	g.hub.Start()

	return g.handler()
}
