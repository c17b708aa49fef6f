// Package rehearsal holds a definition to what its examples promise. It plays an example with the simulator, over real HTTP or WebSocket, lets a
// whole service ask it, with the definition used as an operator would use it, and compares the quotes and outcomes of a round with
// what the example says must come of it. The contract tests of the shipped definitions, the test of an operator's own and the tests of
// embedders are all this.
//
//	entry, err := catalog.Load("kraken")
//	for _, e := range entry.Examples {
//		wrong, err := rehearsal.Run(ctx, entry, e, "kraken")
//		…
//	}
package rehearsal
