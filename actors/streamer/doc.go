// Package streamer is the actor that keeps the newest quotes of ONE vendor that pushes, and answers FetchQuotes at once.
//
//	Stream (a goroutine per connection) → inbox: the newest per instrument → board → verdict → answer
//	                                                                           ↑
//	                              while there is no connection: the fallback, a fetcher that polls
//
// A large listing is split over several lines. A line is the part of the listing that one connection carries; each line connects, is
// watched, is given up and connects again for itself, so that a dead connection costs its own instruments only.
//
// The files that decide are plain functions of state, event and time: switchboard.go (what can happen), calls.go (what becomes of
// connections), answers.go and compose.go (what a round is told), line.go, redial.go, pulse.go and board.go (their parts). actor.go
// carries out what they want. inbox.go is the one thing that the sources' goroutines and the actor share.
//
// How old a price is and whether the connection lives are two questions. A market may be quiet for hours on a connection that says so with
// heartbeats; a connection from which nothing comes is dead, however young its last price.
//
// What must not be forgotten when the actor is restarted (how often the vendor was called, how busy it usually is, the counters) lives in
// the Props. The board does not: what a crashed source has said is not trusted.
package streamer
