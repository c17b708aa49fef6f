package metrics

func serviceMetrics() []Metric {
	actor := []string{"actor"}

	return []Metric{
		{ready, Gauge, nil, "1 if the data is ready, as /readyz says."},
		{stateAnswered, Gauge, nil, "1 if every core actor said how it stands, within a second; without that some metrics are absent."},
		{actorLag, Gauge, actor, "From the last heartbeat's question to its answer: what waits in the mailbox, and the work in hand. It grows while none comes."},
		{actorRestarts, Counter, actor, "Restarts of a core actor."},
		{writerLag, Gauge, nil, "Rounds that are closed and not on disk yet."},
		{recordReceived, Counter, nil, "Facts handed to the audit log."},
		{recordWritten, Counter, nil, "Entries of the audit log on disk."},
		{recordDropped, Counter, nil, "Facts that did not fit into memory while the audit log could not be written; it records the gap."},
		{recordFailing, Gauge, nil, "1 if the audit log could not be written the last time."},
		{readers, Gauge, nil, "Subscriptions to the publisher. All streams of the API share one, metrics and traces another."},
		{readersQueued, Gauge, nil, "Snapshots and events that wait for subscribers, in all."},
		{readersDeepest, Gauge, nil, "Snapshots and events that wait for the slowest subscriber."},
		{readersCut, Counter, nil, "Subscribers cut because they took too long over a delivery."},
		{uplinkDown, Gauge, nil, "1 while most vendors fail at once, as if our own uplink were down."},
		{traces, Counter, []string{"result"}, "Rounds traced: sent, failed (the collector did not take them) or dropped (they waited too long). Only with tracing."},
		{buildInfo, Gauge, []string{"version", "goversion"}, "1, with the version of the program."},
	}
}

func clientMetrics() []Metric {
	return []Metric{
		{httpRequests, Counter, []string{"route", "method", "code"}, "Requests answered, by the pattern of their route and the class of their status."},
		{httpElapsed, Histogram, []string{"route"}, "How long answers took, waiting on request included; no streams."},
		{httpConnections, Gauge, nil, "Connections that are open."},
		{httpConnectionsMax, Gauge, nil, "Connections that may be open."},
		{httpRefused, Counter, nil, "Connections refused because there was no room."},
		{httpEvicted, Counter, nil, "Idle connections closed to make room."},
		{clients, Gauge, []string{"transport"}, "Streams that are open: sse or websocket."},
		{clientsSent, Counter, nil, "Rounds handed to streams."},
		{clientsSkipped, Counter, nil, "Rounds that slow streams did not get, each of which was told so."},
		{clientsResets, Counter, nil, "Streams that came back too late to resume."},
		{clientsCut, Counter, nil, "Streams that stood still, or went away while something was written."},
		{clientsRefused, Counter, nil, "Streams for which there was no room."},
	}
}
