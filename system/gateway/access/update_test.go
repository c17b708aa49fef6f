package access_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/secret"
)

// stream opens something that lasts; the channel is closed when its context ends.
func stream(t *testing.T, g *access.Gate, token string) (ended chan struct{}) {
	t.Helper()

	begun, ended := make(chan struct{}), make(chan struct{})
	handler := g.Require(access.RoleRead, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		close(ended)
	}))

	r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "/", http.NoBody)
	r.Header = bearer(token)

	go handler.ServeHTTP(httptest.NewRecorder(), r)

	select {
	case <-begun:
	case <-time.After(patience):
		require.Fail(t, "it was not let in")
	}

	return ended
}

const patience = 20 * time.Second

func isOpen(ended chan struct{}) bool {
	select {
	case <-ended:
		return false
	default:
		return true
	}
}

// What is open under a token ends when the token does, or when it gives something else; everything else goes on.
func TestTokensAreTakenBack(t *testing.T) {
	t.Parallel()

	g := gate(t, tokens())
	desk, admin := stream(t, g, deskToken), stream(t, g, adminToken)

	same := tokens()
	same.Hosts = []string{"prices.example.com"}
	require.NoError(t, g.Update(same))
	assert.True(t, isOpen(desk))
	assert.True(t, isOpen(admin))

	bad := tokens()
	bad.Tokens[0].Role = "root"
	require.Error(t, g.Update(bad))
	assert.True(t, isOpen(desk), "a mistake changes nothing")

	narrower := tokens()
	narrower.Tokens[0].Selection = messages.Selection{Vendors: []messages.Vendor{"kraken"}}
	require.NoError(t, g.Update(narrower))
	<-desk
	assert.True(t, isOpen(admin))

	only := access.Settings{Tokens: []access.Token{{Name: "desk", Value: secret.New("another-token-for-it"), Role: access.RoleRead}}}
	again := stream(t, g, deskToken)
	require.NoError(t, g.Update(only))
	<-again
	<-admin

	handler := g.Require(access.RoleRead, http.HandlerFunc(whoami))
	assert.Equal(t, http.StatusUnauthorized, ask(handler, http.MethodGet, "/", bearer(deskToken), "10.0.0.1:1").Code)
	assert.Equal(t, http.StatusOK, ask(handler, http.MethodGet, "/", bearer("another-token-for-it"), "10.0.0.1:1").Code)
}

// Where there were no tokens and there are some now, nobody stays in without.
func TestNobodyStaysInWithout(t *testing.T) {
	t.Parallel()

	g := gate(t, access.Settings{})
	local := stream(t, g, "")

	require.NoError(t, g.Update(access.Settings{Hosts: []string{"a.example.com"}}))
	assert.True(t, isOpen(local))

	require.NoError(t, g.Update(tokens()))
	<-local

	require.NoError(t, g.Update(access.Settings{}))
	assert.True(t, isOpen(stream(t, g, "")))
	require.NoError(t, g.Update(tokens())) // ends it
}
