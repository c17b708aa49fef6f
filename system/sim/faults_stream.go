package sim

import (
	"net/http"
	"time"

	"github.com/rollcall-go/rollcall/system/example"
)

// streamFaults go wrong on connections over which a vendor pushes, WebSockets and line streams.
func streamFaults() []entry {
	return []entry{
		played(WSSilent, "opens the connection and sends nothing", manner{mute: true}),
		{
			kind: WSDrop, stream: true, options: "delay", initial: Fault{Delay: time.Second}, help: "cuts each connection after this time",
			act: func(x *exchange, f Fault) { x.perform(manner{lives: f.Delay}) },
		},
		{
			kind: WSClose, stream: true, options: "code delay", initial: Fault{Code: tryAgainLater, Delay: time.Second},
			help: "closes each connection with this code after some time", act: func(x *exchange, f Fault) {
				x.perform(manner{lives: f.Delay, code: f.Code})
			},
		},
		played(WSFlood, "repeats its messages without end, as fast as they are read", manner{flood: true}),
		played(WSNoPong, "answers no ping", manner{unheard: true}),
		changed(WSDuplicate, "sends each message twice", twice),
		changed(WSReorder, "sends each two messages the wrong way round", swapped),
		changed(WSGap, "leaves out every second message", gapped),
	}
}

// tryAgainLater is the close code of a vendor that restarts.
const tryAgainLater = 1013

func played(kind Kind, help string, m manner) entry {
	return entry{kind: kind, stream: true, help: help, act: func(x *exchange, _ Fault) { x.perform(m) }}
}

func changed(kind Kind, help string, change func([]example.Step) []example.Step) entry {
	return played(kind, help, manner{change: change})
}

// handshakeFaults go wrong before a WebSocket is open.
func handshakeFaults() []entry {
	return []entry{
		{
			kind: WSReject, socket: true, options: "status body retry-after", initial: Fault{Status: http.StatusServiceUnavailable},
			help: "refuses to open a WebSocket, with this HTTP status", act: status,
		},
		{kind: WSBadAccept, socket: true, help: "answers the handshake of a WebSocket with the wrong Sec-WebSocket-Accept", act: func(x *exchange, _ Fault) {
			x.openSocket("c2ltdWxhdGVkIG5vbnNlbnNl", hangUp)
		}},
	}
}
