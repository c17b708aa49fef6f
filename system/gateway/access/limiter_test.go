package access_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/system/gateway/access"
)

// A07: who asks too often is told when to come again, and is served then; others are not concerned.
func TestCallersHaveARate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		settings := tokens()
		settings.Rate = access.Rate{PerSecond: 2, Burst: 5}
		g := gate(t, settings)
		handler := g.Require(access.RoleRead, http.HandlerFunc(whoami))

		for range 5 {
			assert.Equal(t, http.StatusOK, ask(handler, http.MethodGet, "/", bearer(deskToken), "10.0.0.1:1").Code)
		}

		late := ask(handler, http.MethodGet, "/", bearer(deskToken), "10.0.0.9:1") // another address does not help
		assert.Equal(t, http.StatusTooManyRequests, late.Code)
		assert.Equal(t, "1", late.Header().Get("Retry-After"))
		assert.Equal(t, http.StatusOK, ask(handler, http.MethodGet, "/", bearer(adminToken), "10.0.0.1:1").Code)

		<-time.After(time.Second)

		served := 0
		for range 10 {
			if ask(handler, http.MethodGet, "/", bearer(deskToken), "10.0.0.1:1").Code == http.StatusOK {
				served++
			}
		}

		assert.Equal(t, 2, served)
	})
}

// X10: a million addresses take no more memory than ten thousand, and a network of IPv6 is one of them.
func TestAddressesAreForgotten(t *testing.T) {
	t.Parallel()

	g := gate(t, tokens())
	handler := g.Require(access.RoleRead, http.HandlerFunc(whoami))

	for i := range 50_000 {
		ask(handler, http.MethodGet, "/", nil, fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255))
	}

	assert.LessOrEqual(t, g.Keys(), 3*(access.MaxKeys+1))
	assert.Equal(t, http.StatusOK, ask(handler, http.MethodGet, "/", bearer(deskToken), "10.0.0.1:1").Code)

	limited := false
	other := gate(t, tokens())
	handler = other.Require(access.RoleRead, http.HandlerFunc(whoami))

	for i := range 100 {
		limited = limited || ask(handler, http.MethodGet, "/", nil, fmt.Sprintf("[2001:db8::%x]:1", i)).Code == http.StatusTooManyRequests
	}

	assert.True(t, limited)
}
