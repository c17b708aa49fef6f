// Package hub hands rounds to whoever listens over HTTP: Server-Sent Events, WebSocket, long polls. It has one subscription to the system, keeps
// the newest rounds so that a reader can go on where it stopped, and encodes a round once for all who want the same of it.
//
// What a reader can rely on: rounds come in order, each once. A reader that was cut goes on from the round it names; where that is not kept any
// more, an explicit reset comes before the newest. A reader that is slow gets the newest with the number of those it missed. A reader that
// stands still is cut. No reader delays a round or another reader.
package hub
