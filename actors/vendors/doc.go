// Package vendors is the supervisor of the fetchers: one child per vendor, restarted after a delay when it panics, put into quarantine when
// it panics too often, and never given up.
//
// supervision.go decides, as plain functions of state, event and time. actor.go carries it out: it spawns, restarts, arms timers, and
// tells the coordinator, the auditor and the log.
//
//	            crash                      too many crashes
//	running ───────────→ backoff    running ───────────────→ quarantined ←──┐
//	   ↑                    │          ↑                         │ due      │ crash
//	   └────────────────────┘          └─────── probing ←────────┘ ─────────┘
//	             due                 good fetch
//
// uplink.go hears of every request that the network has failed. If most vendors fail at once, it is not they: all fetchers are told, and the log
// and the record are told once.
//
// What is known about the vendors outlives a restart of the supervisor itself: a crash loop does not start afresh.
package vendors
