package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strings"
)

// rules are what holds at one time. They are never changed.
type rules struct {
	grants    []*grant
	anonymous *grant // nil where there are tokens
	hosts     map[string]bool
}

// compile checks settings. Grants that old rules have already stay the same, so that what they have open goes on.
func compile(settings Settings, old *rules) (*rules, error) {
	if old == nil {
		old = &rules{}
	}

	r := &rules{hosts: make(map[string]bool, len(settings.Hosts))}

	var errs []error

	for _, host := range settings.Hosts {
		if _, _, err := net.SplitHostPort(host); err == nil || host == "" {
			errs = append(errs, fmt.Errorf("host %q: write a name without a port", host))
		}

		r.hosts[strings.ToLower(strings.Trim(host, "[]"))] = true
	}

	for i := range settings.Tokens {
		if err := r.add(&settings.Tokens[i], old); err != nil {
			errs = append(errs, err)
		}
	}

	if len(settings.Tokens) == 0 {
		r.anonymous = old.anonymous
		if r.anonymous == nil {
			r.anonymous = newGrant([sha256.Size]byte{}, Caller{Name: Local, Role: RoleAdmin})
		}
	}

	return r, errors.Join(errs...)
}

func (r *rules) add(token *Token, old *rules) error {
	value := token.Value.Reveal()

	switch {
	case token.Name == "":
		return errors.New("a token has no name")
	case len(value) < MinToken:
		return fmt.Errorf("token %s: it is shorter than %d bytes", token.Name, MinToken)
	case token.Role != RoleRead && token.Role != RoleAdmin:
		return fmt.Errorf("token %s: unknown role %q", token.Name, token.Role)
	}

	made := newGrant(sha256.Sum256([]byte(value)), Caller{Name: token.Name, Role: token.Role, Selection: token.Selection})

	for _, other := range r.grants {
		if other.caller.Name == token.Name {
			return fmt.Errorf("token %s: the name is taken", token.Name)
		}

		if other.digest == made.digest {
			return fmt.Errorf("token %s: it is the same as that of %s", token.Name, other.caller.Name)
		}
	}

	for _, other := range old.grants {
		if other.digest == made.digest && reflect.DeepEqual(other.caller, made.caller) {
			made = other
		}
	}

	r.grants = append(r.grants, made)

	return nil
}

// find returns the grant of what a caller shows, nil if there is none. It takes the same time whatever is shown: the digests have one length,
// and all of them are compared.
func (r *rules) find(shown string) *grant {
	if r.anonymous != nil {
		return r.anonymous
	}

	digest := sha256.Sum256([]byte(shown))
	at := -1

	for i, g := range r.grants {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(digest[:], g.digest[:]), i, at)
	}

	if at < 0 {
		return nil
	}

	return r.grants[at]
}

// lost are the grants of old rules that are not among these.
func (r *rules) lost(old *rules) []*grant {
	kept := map[*grant]bool{r.anonymous: true}
	for _, g := range r.grants {
		kept[g] = true
	}

	var lost []*grant

	for _, g := range append(old.grants, old.anonymous) {
		if g != nil && !kept[g] {
			lost = append(lost, g)
		}
	}

	return lost
}
