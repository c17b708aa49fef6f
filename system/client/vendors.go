package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// Vendors are all vendors, in configured order.
func (c *Client) Vendors(ctx context.Context) ([]api.Vendor, error) {
	found, err := read[api.Vendors](ctx, c, "/v1/vendors", nil)
	if err != nil {
		return nil, err
	}

	return found.Vendors, nil
}

// Vendor is one vendor with its last rounds, newest first.
func (c *Client) Vendor(ctx context.Context, name messages.Vendor) (*api.VendorDetail, error) {
	return read[api.VendorDetail](ctx, c, vendorPath(name, ""), nil)
}

// Restart has a vendor started anew at once, also out of back-off and quarantine, and returns it as it is then. A paused one is refused with 409.
// It needs the role admin, like Pause and Resume.
func (c *Client) Restart(ctx context.Context, name messages.Vendor) (*api.Vendor, error) {
	return c.steer(ctx, name, "/restart")
}

// Pause has a vendor left alone until Resume.
func (c *Client) Pause(ctx context.Context, name messages.Vendor) (*api.Vendor, error) {
	return c.steer(ctx, name, "/pause")
}

// Resume ends a vendor's pause.
func (c *Client) Resume(ctx context.Context, name messages.Vendor) (*api.Vendor, error) {
	return c.steer(ctx, name, "/resume")
}

func (c *Client) steer(ctx context.Context, name messages.Vendor, how string) (*api.Vendor, error) {
	return decoded[api.Vendor](ctx, c, request{method: http.MethodPost, path: vendorPath(name, how)})
}

func vendorPath(name messages.Vendor, below string) string {
	return "/v1/vendors/" + url.PathEscape(string(name)) + below
}
