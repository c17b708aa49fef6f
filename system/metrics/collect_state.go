package metrics

import "github.com/rollcall-go/rollcall/messages"

// state tells how the actors stand.
func (s *scrape) state(state *State) {
	s.flag(ready, state.Ready)
	s.gauge(roundInterval, state.Every.Seconds())
	s.gauge(roundDeadline, state.Deadline.Seconds())

	rounds := &state.Rounds
	s.gauge(roundLast, float64(rounds.Round))
	s.gauge(roundDurable, float64(rounds.DurableRound))
	s.flag(roundInFlight, rounds.InFlight)
	s.counter(missedTicks, rounds.MissedTicks)
	s.counter(lateAnswers, rounds.LateAnswers)
	s.counter(undurableRounds, rounds.Undurable)
	s.counter(coalescedRounds, rounds.Coalesced)
	s.gauge(writerLag, float64(min(uint64(rounds.Round-min(rounds.DurableRound, rounds.Round)), rounds.Rounds))) // nothing is owed from before the start

	s.counter(recordReceived, state.Record.Received)
	s.counter(recordWritten, state.Record.Written)
	s.counter(recordDropped, state.Record.Dropped)
	s.flag(recordFailing, state.Record.LastErr != "")
	s.gauge(readers, float64(state.Readers.Subscribers))
	s.gauge(readersQueued, float64(state.Readers.Queued))
	s.gauge(readersDeepest, float64(state.Readers.Deepest))
	s.counter(readersCut, state.Readers.Cut)
	s.flag(uplinkDown, state.Uplink.Down)

	for _, actor := range state.Actors {
		s.gauge(actorLag, actor.Lag.Seconds(), actor.Name)
		s.counter(actorRestarts, uint64(max(0, actor.Restarts)), actor.Name)
	}

	for i := range state.Vendors {
		s.supervised(&state.Vendors[i])
	}
}

// supervised tells how a vendor stands with its supervisor.
func (s *scrape) supervised(status *messages.VendorStatus) {
	if _, there := s.roster.Vendor(status.Vendor); !there {
		return
	}

	states := []messages.VendorState{
		messages.VendorRunning, messages.VendorBackoff, messages.VendorQuarantined, messages.VendorProbing, messages.VendorPaused,
	}
	vendor := label(string(status.Vendor))

	s.gauge(vendorState, position(states, status.State), vendor)
	s.flag(vendorQuarantine, status.State == messages.VendorQuarantined || status.State == messages.VendorProbing, vendor)
	s.counter(vendorRestarts, uint64(max(0, status.Restarts)), vendor)
}

// clients tells of those who ask and listen, and of the traces.
func (s *scrape) clients(state *State) {
	s.gauge(httpConnections, float64(state.Connections.Open))
	s.gauge(httpConnectionsMax, float64(state.Connections.Limit))
	s.counter(httpRefused, state.Connections.Refused)
	s.counter(httpEvicted, state.Connections.Evicted)

	s.gauge(clients, float64(state.Streams.SSE), "sse")
	s.gauge(clients, float64(state.Streams.WebSocket), "websocket")
	s.counter(clientsSent, state.Streams.Sent)
	s.counter(clientsSkipped, state.Streams.Skipped)
	s.counter(clientsResets, state.Streams.Resets)
	s.counter(clientsCut, state.Streams.Cut)
	s.counter(clientsRefused, state.Streams.TurnedAway)

	if state.Traces != nil {
		s.counter(traces, state.Traces.Sent, "sent")
		s.counter(traces, state.Traces.Failed, "failed")
		s.counter(traces, state.Traces.Dropped, "dropped")
	}
}
