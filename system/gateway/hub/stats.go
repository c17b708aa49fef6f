package hub

import "sync/atomic"

// counts are counted since the start.
type counts struct {
	sse, webSocket          atomic.Int64
	sent, skipped           atomic.Uint64
	resets, cut, turnedAway atomic.Uint64
}

// Stats are how the streams are doing. The counters start with the hub.
type Stats struct {
	SSE, WebSocket int    // open now
	Sent           uint64 // rounds handed to readers
	Skipped        uint64 // rounds that slow readers did not get, each of which was told so
	Resets         uint64 // readers that came back too late
	Cut            uint64 // readers that stood still or went away while something was written
	TurnedAway     uint64 // readers for whom there was no room
}

// Stats returns them.
func (h *Hub) Stats() Stats {
	c := &h.counts

	return Stats{
		SSE: int(c.sse.Load()), WebSocket: int(c.webSocket.Load()), Sent: c.sent.Load(), Skipped: c.skipped.Load(),
		Resets: c.resets.Load(), Cut: c.cut.Load(), TurnedAway: c.turnedAway.Load(),
	}
}
