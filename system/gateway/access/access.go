// Package access decides who may ask what: tokens, roles, entitlements, Host and Origin, rates.
package access

import (
	"context"

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
	Hosts  []string // further names of this service, beside loopback's and the address it listens on
}

// Token is what one consumer shows.
type Token struct {
	Name      string // of the consumer; what the record calls it
	Value     secret.Secret
	Role      Role
	Selection messages.Selection // what it may see; the zero value is everything
}

// Caller is who asks.
type Caller struct {
	Name      string
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
