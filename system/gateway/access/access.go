// Package access decides who may ask what: tokens, roles and entitlements; Host, Origin and what a browser says of a request; the shape of a
// request; how often.
//
// A Gate holds the rules, which can be replaced while it stands (Update). Around all of a service go Headers, Shape and Gate.Known; around each
// resource goes Gate.Require. A refusal is a problem (package problem) that tells nobody more than everybody knows: whatever is wrong with a
// token, the answer has the same bytes and takes the same time.
package access

import (
	"context"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Role is what a caller may do.
type Role string

// The roles.
const (
	RoleRead  Role = "read"  // see what the selection shows
	RoleAdmin Role = "admin" // steer vendors and run rounds as well
)

// Settings say who may ask.
type Settings struct {
	Tokens []Token  // none: whoever can connect is admin
	Hosts  []string // further names of this service, without a port, beside loopback's and the address that was connected to
	Rate   Rate     // how often each caller, and each address without a token, may ask; DefaultRate if zero
	Log    *logrus.Entry
}

// Token is what one consumer shows.
type Token struct {
	Name      string // of the consumer; what the record calls it
	Value     secret.Secret
	Role      Role
	Selection messages.Selection // what it may see; the zero value is everything
}

// MinToken is how long a token is at least, in bytes. Shorter ones could be guessed.
const MinToken = 16

// Local is the name of callers where there are no tokens.
const Local = "local"

// Caller is who asks.
type Caller struct {
	Name      string // of the token, or of the client's certificate, or Local
	Role      Role
	Selection messages.Selection // what it may see
}

type callerKey struct{}

// With returns a context that knows the caller.
func With(ctx context.Context, caller *Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// From returns the caller of the request whose context this is. Behind an open route there is none: the zero Caller, who has no role.
func From(ctx context.Context) Caller {
	if caller, known := ctx.Value(callerKey{}).(*Caller); known {
		return *caller
	}

	return Caller{}
}
