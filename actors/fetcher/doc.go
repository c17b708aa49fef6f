// Package fetcher is the actor that asks ONE vendor for its quotes.
//
// FetchQuotes begins a poll. A poll makes attempts: calls of the Source, each in a goroutine of its own, never more than one at a time.
// The poll ends with exactly one answer, QuotesFetched or FetchFailed, to whoever asked.
//
//	FetchQuotes → held.go: is the vendor asked in this round? → breaker: may it be asked? → budget: is there room? → attempt → verdict → answer
//	                                                                                          ↑_________ retry ________|
//
// poller.go decides all that as plain functions of state, message and time; held.go and breaker.go are its parts, and so are the rooms
// below actors/internal that it shares with the streamer. actor.go carries out what the poller wants: calls, timers, answers.
//
// A Budget is what a key may spend, whoever uses it: fetchers of one key share it, as they share Slots. What a request will take is set aside
// before it (room.go), counted when it is sent, and given back when it is not. Plan says, before the first call, how often each vendor can be
// asked from what there is.
//
// What must not be forgotten when the actor is restarted (the vendor's wish to be left alone, what was spent, the last good answer) lives in
// the Props.
package fetcher
