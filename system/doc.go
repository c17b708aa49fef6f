// Package system is Rollcall as a library: it asks every vendor at once, waits no longer than the deadline, and publishes one consolidated
// snapshot a round.
//
//	s, err := system.New(system.Settings{
//		Every:    5 * time.Second,
//		Deadline: 2 * time.Second,
//		Vendors: []system.Vendor{
//			{Name: "fx", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}, Source: mySource},
//		},
//	})
//	if err != nil { … }
//	if err := s.Start(ctx); err != nil { … }
//	defer s.Stop(context.Background())
//
//	snapshot, err := s.Snapshot(ctx)
//
// A Source is one method that asks a vendor. A vendor that pushes is one method too, its Stream: it makes one connection and says what comes.
// Everything else, from watching the connection to making it again, is done for it.
//
// It is light to import: no HTTP server, no database, no configuration file. There are no globals, no listeners, and nothing runs before
// Start. Several systems live in one process, each with its own actor system, or mounted below an actor of the caller's (Mount).
package system
