package feed

import "net"

// NewWithResolver is New with a resolver of the test's own.
func NewWithResolver(d Definition, resolver *net.Resolver) (*Source, error) { return newSource(d, resolver) }
