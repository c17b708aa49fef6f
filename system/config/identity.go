package config

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
)

// Digest is a keyed digest, in hexadecimal, of all that the vendor is, secrets included: it changes when anything does that the vendor's
// fetcher depends on. The checks are none of that: they are made of what it answers. With a salt that is kept secret it tells nothing about the secrets.
func (v Vendor) Digest(salt []byte) string { return v.digest(revealed(), salt) }

func (v Vendor) digest(r renderer, salt []byte) string {
	v.written, v.Checks = nil, Checks{}

	sum := hmac.New(sha256.New, salt)
	sum.Write(appendJSON(nil, v.node(r)))

	return hex.EncodeToString(sum.Sum(nil))
}

// Equal reports whether two vendors are the same in all that they do, secrets included, however they are written down. What their prices are
// held against may differ.
func (v Vendor) Equal(other Vendor) bool {
	for _, vendor := range []*Vendor{&v, &other} {
		vendor.Use, vendor.Budget, vendor.written, vendor.Checks = "", "", nil, Checks{}
	}

	return reflect.DeepEqual(v, other)
}
