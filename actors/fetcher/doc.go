// Package fetcher is the actor that asks ONE vendor for its quotes.
//
// FetchQuotes begins a poll. A poll makes attempts: calls of the Source, each in a goroutine of its own, never more than one at a time.
// The poll ends with exactly one answer, QuotesFetched or FetchFailed, to whoever asked.
//
//	FetchQuotes → breaker: may the vendor be asked? → pacer: is there room in its rate? → attempt → verdict → answer
//	                                                        ↑_______________ retry ____|
//
// poller.go decides all that as plain functions of state, message and time; breaker.go and pacer.go are its parts, and so are
// the rooms below actors/internal that it shares with the streamer. actor.go carries out what the poller wants: calls, timers, answers.
//
// What must not be forgotten when the actor is restarted (the vendor's wish to be left alone, the rate already used) lives in the Props.
package fetcher
