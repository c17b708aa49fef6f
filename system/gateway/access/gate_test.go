package access_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	logrustest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/secret"
)

const (
	deskToken  = "the-token-of-the-desk"
	adminToken = "the-token-of-the-admin"
)

func tokens() access.Settings {
	return access.Settings{Tokens: []access.Token{
		{Name: "desk", Value: secret.New(deskToken), Role: access.RoleRead, Selection: messages.Selection{Vendors: []messages.Vendor{"ecb"}}},
		{Name: "admin", Value: secret.New(adminToken), Role: access.RoleAdmin},
	}}
}

func gate(t *testing.T, settings access.Settings) *access.Gate {
	t.Helper()

	g, err := access.New(settings)
	require.NoError(t, err)

	return g
}

// whoami answers with what is known of the caller.
func whoami(w http.ResponseWriter, r *http.Request) {
	caller := access.From(r.Context())
	_, _ = fmt.Fprintf(w, "%s %s %v", caller.Name, caller.Role, caller.Selection.Vendors)
}

// ask sends one request to a handler, as if from an address.
func ask(handler http.Handler, method, target string, header http.Header, from string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, http.NoBody)
	r.RemoteAddr = from

	maps.Copy(r.Header, header)

	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)

	return w
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// X01: whatever is wrong with a token, the answer is the same to the byte.
func TestWrongTokensAllLookTheSame(t *testing.T) {
	t.Parallel()

	handler := access.Headers(gate(t, tokens()).Require(access.RoleRead, http.HandlerFunc(whoami)))
	first := ask(handler, http.MethodGet, "/v1/snapshot", nil, "10.0.0.1:1")

	assert.Equal(t, http.StatusUnauthorized, first.Code)
	assert.Equal(t, `Bearer realm="rollcall"`, first.Header().Get("WWW-Authenticate"))

	for i, header := range []http.Header{
		bearer(""), bearer(" "), bearer("wrong"), bearer(strings.ToUpper(deskToken)), bearer(deskToken + " "), bearer(" " + deskToken),
		bearer(deskToken[:len(deskToken)-1]), bearer(deskToken + "x"), bearer(deskToken + "," + adminToken), bearer(strings.Repeat("a", 30_000)),
		bearer("\x00"),
		{"Authorization": {""}},
		{"Authorization": {deskToken}},
		{"Authorization": {"bearer " + deskToken}},
		{"Authorization": {"BEARER " + deskToken}},
		{"Authorization": {"Basic " + deskToken}},
		{"Authorization": {"Basic ZGVzazpkZXNr"}},
		{"Authorization": {"Bearer " + deskToken, "Bearer " + deskToken}},
		{"Authorization": {"Bearer wrong", "Bearer " + deskToken}},
		{"Cookie": {"token=" + deskToken}},
		{"X-Api-Key": {deskToken}},
		{"Proxy-Authorization": {"Bearer " + deskToken}},
	} {
		got := ask(handler, http.MethodGet, "/v1/snapshot", header, fmt.Sprintf("10.0.1.%d:1", i))
		assert.Equal(t, first.Code, got.Code, header)
		assert.Equal(t, first.Body.String(), got.Body.String(), header)
		assert.Equal(t, first.Header(), got.Header(), header)
	}

	for i, query := range []string{"token=", "access_token=", "authorization=Bearer%20", "Bearer="} {
		got := ask(handler, http.MethodGet, "/v1/snapshot?"+query+deskToken, nil, fmt.Sprintf("10.0.2.%d:1", i))
		assert.Equal(t, http.StatusUnauthorized, got.Code, query)
		assert.NotContains(t, got.Body.String(), deskToken)
	}
}

// RELIABILITY 5: a token gives its role and what it may see, and no more.
func TestRolesAndSelections(t *testing.T) {
	t.Parallel()

	g := gate(t, tokens())
	read := g.Require(access.RoleRead, http.HandlerFunc(whoami))
	admin := g.Require(access.RoleAdmin, http.HandlerFunc(whoami))

	for _, test := range []struct {
		handler http.Handler
		token   string
		status  int
		body    string
	}{
		{read, deskToken, http.StatusOK, "desk read [ecb]"},
		{read, adminToken, http.StatusOK, "admin admin []"},
		{admin, adminToken, http.StatusOK, "admin admin []"},
		{admin, deskToken, http.StatusForbidden, `"status":403`},
		{admin, "", http.StatusUnauthorized, `"status":401`},
	} {
		got := ask(test.handler, http.MethodPost, "/", bearer(test.token), "10.0.0.1:1")
		assert.Equal(t, test.status, got.Code)
		assert.Contains(t, got.Body.String(), test.body)
	}

	open := g.Open(http.HandlerFunc(whoami))
	assert.Equal(t, "  []", ask(open, http.MethodGet, "/", bearer(adminToken), "10.0.0.1:1").Body.String(), "nobody is known there")

	anybody := gate(t, access.Settings{}).Require(access.RoleAdmin, http.HandlerFunc(whoami))
	assert.Equal(t, "local admin []", ask(anybody, http.MethodGet, "/", bearer("whatever"), "127.0.0.1:1").Body.String())
}

// What cannot be meant is refused, all of it at once, and no token is in the text.
func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()

	_, err := access.New(access.Settings{
		Hosts: []string{"", "a:80"},
		Tokens: []access.Token{
			{Name: "", Value: secret.New(deskToken), Role: access.RoleRead},
			{Name: "short", Value: secret.New("0123456789abcde"), Role: access.RoleRead},
			{Name: "root", Value: secret.New(deskToken), Role: "root"},
			{Name: "a", Value: secret.New(deskToken), Role: access.RoleRead},
			{Name: "b", Value: secret.New(deskToken), Role: access.RoleRead},
			{Name: "a", Value: secret.New(adminToken), Role: access.RoleRead},
		},
	})
	require.Error(t, err)
	assert.Equal(t, []string{
		`host "": write a name without a port`, `host "a:80": write a name without a port`, "a token has no name",
		"token short: it is shorter than 16 bytes", `token root: unknown role "root"`, "token b: it is the same as that of a",
		"token a: the name is taken",
	}, strings.Split(err.Error(), "\n"))
}

// X10: guesses are limited by address and logged without what was guessed; who has a token is never locked out by them.
func TestGuessingIsLimited(t *testing.T) {
	t.Parallel()

	log, hook := logrustest.NewNullLogger()
	settings := tokens()
	settings.Log = logrus.NewEntry(log)
	handler := gate(t, settings).Require(access.RoleRead, http.HandlerFunc(whoami))
	seen := make(map[int]int)

	for i := range 10_000 {
		got := ask(handler, http.MethodGet, "/", bearer(fmt.Sprintf("guess-number-%d", i)), "10.0.0.1:1")
		seen[got.Code]++

		if got.Code == http.StatusTooManyRequests {
			assert.NotEmpty(t, got.Header().Get("Retry-After"))
			assert.Equal(t, "close", got.Header().Get("Connection"))
		}
	}

	assert.GreaterOrEqual(t, seen[http.StatusUnauthorized], 10)
	assert.Greater(t, seen[http.StatusTooManyRequests], 9_000)
	assert.Len(t, seen, 2)
	assert.Equal(t, http.StatusOK, ask(handler, http.MethodGet, "/", bearer(deskToken), "10.0.0.1:1").Code, "same address")
	assert.Equal(t, http.StatusUnauthorized, ask(handler, http.MethodGet, "/", nil, "10.0.0.2:1").Code, "another address")

	require.Len(t, hook.AllEntries(), 2, "one line an address and minute")

	for _, entry := range hook.AllEntries() {
		text, err := entry.String()
		require.NoError(t, err)
		assert.NotContains(t, text, "guess")
	}
}
