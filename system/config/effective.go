package config

import (
	"iter"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Effective is one vendor as it is in force.
type Effective struct {
	Vendor messages.Vendor
	Config []byte // as JSON, secrets masked
	Digest string // Vendor.Digest
}

// Effective are the vendors as they are in force, in the order of the file, one at a time: ten thousand of them at once take hundreds of
// megabytes.
func (c Config) Effective(salt []byte) iter.Seq[Effective] {
	return func(yield func(Effective) bool) {
		shown, whole := masked(), revealed()

		for i := range c.Vendors {
			v := &c.Vendors[i]
			if !yield(Effective{Vendor: v.Name, Config: appendJSON(nil, v.node(shown)), Digest: v.digest(whole, salt)}) {
				return
			}
		}
	}
}

// EffectiveRounds is all of the effective configuration but its vendors, as JSON.
func (c Config) EffectiveRounds() []byte {
	c.Vendors = nil

	return appendJSON(nil, c.node(masked()))
}

// revealed hides nothing, for keyed digests.
func revealed() renderer {
	r := unmasked()
	r.secrets = secret.Secret.Reveal

	return r
}
