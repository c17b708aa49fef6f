package gateway

import (
	"net/http"

	"github.com/rollcall-go/rollcall/system/gateway/openapi"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// describe answers GET /openapi.json.
func (g *Gateway) describe(w http.ResponseWriter, r *http.Request) {
	if mistaken(w, r, params.Of(r)) {
		return
	}

	send(w, mediaJSON, openapi.Document())
}
