// Package testkit tests a vendor that is written in Go, inside a whole system and in virtual time: hours of rounds pass in milliseconds, and every
// run of a test is the same run. It is what the project's own tests use.
//
//	func TestTheVendorHangs(t *testing.T) {
//		testkit.RunFile(t, "testdata/hang.txt", func() system.Settings {
//			return system.Settings{Vendors: []system.Vendor{{Name: "mine", …, Source: mySource}}}
//		})
//	}
//
// The file begins with what goes wrong and when, and goes on with what must come of it, round by round:
//
//	# The vendor hangs for ten seconds.
//	for 20s
//	mine 8s..18s hang
//	---
//	round 1 at 00:00:05: complete in 0s
//	  vendor mine: ok, 1 of 1
//	  BTC/USD  81240.10  good
//	…
//
// A script says how long it runs (for), and what goes wrong, one fault a line: a vendor, from when to when (10s..20s; without an end for ever), and
//
//	hang                  no answer until the request is cancelled; a connection over which nothing comes, not even that it is ready
//	fail OUTCOME DETAIL   the failure, as messages.Failure; it ends connections too
//	panic                 the bug; it ends connections too
//	late DURATION         an answer, and each message of a connection, comes that much later
//	flood                 everything comes a thousand times, and quotes that nobody asked for
//	silent                an answer without quotes; a connection that is there and says nothing
//
// The faults come between the system and the source, which notices nothing: its answers are delayed, dropped and multiplied. What goes wrong on the
// wire is the business of package sim, which plays vendors over real HTTP and WebSocket, in real time.
//
// Golden files are written by "go test -update", where the test package has a flag of that name; a line does that:
//
//	var _ = flag.Bool("update", false, "rewrite golden files")
//
// The package imports testing: import it in tests only.
package testkit
