package gateway_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

func TestVendorsAreSteered(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1)

	for _, step := range []struct {
		token, path string
		status      int
		state       messages.VendorState
	}{
		{adminToken, "/v1/vendors/shares/pause", 200, messages.VendorPaused},
		{adminToken, "/v1/vendors/shares/restart", 409, ""},
		{readToken, "/v1/vendors/shares/resume", 403, ""},
		{bossToken, "/v1/vendors/shares/resume", 404, ""},
		{adminToken, "/v1/vendors/shares/resume", 200, messages.VendorRunning},
		{adminToken, "/v1/vendors/shares/restart", 200, messages.VendorRunning},
		{bossToken, "/v1/vendors/public/restart", 200, messages.VendorRunning},
		{adminToken, "/v1/vendors/nobody/restart", 404, ""},
		{adminToken, "/v1/vendors/shares/explode", 404, ""},
		{adminToken, "/v1/vendors/shares/restart?force=1", 400, ""},
	} {
		answer := s.ask(t, step.token, http.MethodPost, step.path)
		require.Equal(t, step.status, answer.StatusCode, "%s: %s", step.path, answer.body)

		if step.state != "" {
			var vendor api.Vendor

			answer.into(t, &vendor)
			assert.Equal(t, step.state, vendor.State, step.path)
		}
	}

	assert.Equal(t, []string{"pause shares by admin", "resume shares by admin", "restart shares by admin", "restart public by boss"}, s.steered)
}

// X02: nothing is changed by a request that only reads.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1)
	for _, how := range []string{"restart", "pause", "resume"} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions} {
			answer := s.ask(t, adminToken, method, "/v1/vendors/public/"+how)
			assert.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode)
			assert.Equal(t, http.MethodPost, answer.Header.Get("Allow"))
		}
	}

	assert.Empty(t, s.steered)
}
