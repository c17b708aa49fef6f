// Package sim is a market-data vendor to test against: a real server on loopback, over HTTP and WebSocket, whose faults can be reached. It is the
// public test kit: what the project's own tests use, an embedder's can.
//
// A Vendor has prices that walk, or plays what was recorded.
//
// One whose prices walk answers GET /v1/NAME/quotes?symbols=A,B (or ?symbol=A, once or repeated; no parameter asks for everything) with
//
//	{"quotes":[{"symbol":"AAPL","price":185.20,"bid":185.19,"ask":185.21,"time":"2026-11-21T06:00:00.000Z"}]}
//
// Prices are exact decimals that keep the number of digits of their start. The same seed gives the same prices, draws and delays for the
// same sequence of requests.
//
// One with a Play answers every request below /NAME with the recorded answer that fits, and plays a script on each WebSocket, or line by
// line in an HTTP body that does not end. Point a client there instead of at the vendor (VendorURL is the "at" of a configuration), let
// it work, and ask afterwards what it did: Requests are what it sent, Problems what the play did not foresee, Played how far the scripts came.
//
//	server, err := sim.Start(ctx, sim.Settings{Vendors: []sim.Vendor{{Name: "mine", Play: &sim.Play{Script: []example.Step{
//		{Server: `{"type":"welcome"}`},
//		{Client: `{"op":"subscribe","args":["A"]}`, Within: 5 * time.Second},
//		{Server: `{"symbol":"A","price":"1.50"}`},
//	}}}}})
//
// OpenRecording makes a vendor of what a definition has recorded of its own; in a file of settings (Load) that is "play: kraken".
//
// A Fault says what goes wrong and when; Kinds lists what can go wrong, ParseFault reads a fault from text such as "status=503 first=3".
// Faults that edit quotes (a stale time, a zero price) need prices that walk, and add up; those of connections over which a vendor pushes
// (ws-…) need a script; of all that do not edit, the first that is due answers. A WebSocket's handshake has the faults of HTTP too.
//
// A source that is written in Go, and asks nobody over HTTP, is tested with package testkit, in virtual time.
//
// What happens below HTTP, in the TLS handshake, is the business of Authority and Trap.
package sim
