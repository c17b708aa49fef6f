// Package client reads and steers a running Rollcall over its HTTP API: snapshots, history, vendors, the record, and the stream of rounds.
//
//	c, err := client.New("http://127.0.0.1:8080", client.WithToken(token))
//	snapshot, err := c.Snapshot(ctx, client.SnapshotQuery{})
//
// # Errors
//
// What the service refuses is an *Error, which holds the problem of RFC 9457. An answer that cannot be understood wraps ErrMalformed, one that is
// too large ErrTooLarge. Everything else is the network. No error holds the token.
//
// # Trying again
//
// A request is sent again only where that is safe: a GET when the network or a proxy fails; a POST when the service cannot have seen it, or said
// that it did nothing with it (429). Redirects are not followed, because a token belongs to one service.
//
// # Streams
//
// Subscribe returns a Subscription, which goes on over cut and silent connections from the round it had last. Rounds come in order and each once;
// EventSkipped and EventReset say where some are missing.
//
//	subscription, err := c.Subscribe(client.StreamOptions{})
//	defer subscription.Close()
//	for {
//		event, err := subscription.Next(ctx)
//		...
//	}
//
// A Client may be used from any goroutine.
package client
