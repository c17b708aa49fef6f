package access

import (
	"context"
	"crypto/sha256"
	"sync"
)

// grant is what one token gives, and what is open under it: a grant that is taken back ends that, streams too.
type grant struct {
	digest [sha256.Size]byte // of the token
	caller Caller

	mu      sync.Mutex
	revoked bool
	open    map[*context.CancelFunc]bool
}

func newGrant(digest [sha256.Size]byte, caller Caller) *grant {
	return &grant{digest: digest, caller: caller, open: make(map[*context.CancelFunc]bool)}
}

// enter returns a context that ends with the grant, and what must be called when its use ends. It reports false where the grant was taken back.
func (g *grant) enter(ctx context.Context) (context.Context, func(), bool) {
	ctx, cancel := context.WithCancel(ctx)

	g.mu.Lock()
	defer g.mu.Unlock()

	if g.revoked {
		cancel()

		return nil, nil, false
	}

	g.open[&cancel] = true

	return ctx, func() {
		cancel()
		g.mu.Lock()
		delete(g.open, &cancel)
		g.mu.Unlock()
	}, true
}

// revoke takes the grant back.
func (g *grant) revoke() {
	g.mu.Lock()
	defer g.mu.Unlock()

	g.revoked = true
	for cancel := range g.open {
		(*cancel)()
	}
}
