package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// AuditQuery selects entries of the record.
type AuditQuery struct {
	Page

	Kinds  []messages.FactKind // any of these; empty for all
	Vendor messages.Vendor     // empty for any
}

// Audit is a page of the record, newest first, and what checking its chain said.
func (c *Client) Audit(ctx context.Context, q AuditQuery) (*api.Audit, error) {
	query := make(url.Values)
	q.add(query)
	addText(query, "vendor", string(q.Vendor))

	for _, kind := range q.Kinds {
		query.Add("kind", string(kind))
	}

	return read[api.Audit](ctx, c, "/v1/audit", query)
}

// Status is how the service is doing, and what the caller may do.
func (c *Client) Status(ctx context.Context) (*api.Status, error) {
	return read[api.Status](ctx, c, "/v1/status", nil)
}

// Tree is the supervision tree as it is now.
func (c *Client) Tree(ctx context.Context) (*api.Actor, error) {
	return read[api.Actor](ctx, c, "/v1/tree", nil)
}

// Ready is nil if the service has data to serve. If not, it is an *Error with the status 503 and the reasons.
func (c *Client) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.settings.patience)
	defer cancel()

	r := request{method: http.MethodGet, path: "/readyz"}

	response, err := c.do(ctx, r, "text/plain")
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read

	if response.StatusCode/100 != success {
		return refusal(&r, response)
	}

	return nil
}
