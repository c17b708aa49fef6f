package store_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// The test binary is its own child: with childEnv set it does one thing until it is killed.
const (
	childEnv    = "ROLLCALL_STORE_CHILD"
	childDirEnv = "ROLLCALL_STORE_CHILD_DIR"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(childDirEnv)

	switch os.Getenv(childEnv) {
	case "lock":
		holdLock(dir)
	case "persist":
		persistForEver(dir)
	default:
		os.Exit(m.Run())
	}
}

func holdLock(dir string) {
	if _, err := store.Lock(dir); err != nil {
		panic(err)
	}

	say("locked")
	select {}
}

// persistForEver prints "first N" once the store is open, and each round's number once it is acknowledged, in one write each.
func persistForEver(dir string) {
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		panic(err)
	}

	roster, err := messages.NewRoster([]messages.Listing{{Vendor: "v", Class: "c", Instruments: []messages.Instrument{"A", "B", "C"}}})
	if err != nil {
		panic(err)
	}

	say("first " + strconv.FormatUint(uint64(s.FirstRound()), 10))

	for round := s.FirstRound(); ; round++ {
		at := start
		snapshot := &messages.Snapshot{
			Round: round, Status: messages.SnapshotEmpty, StartedAt: at, PublishedAt: at, Roster: roster,
			Vendors: make([]messages.VendorReport, 1), Instruments: make([]messages.InstrumentReport, 3),
		}
		if err := s.Persist(context.Background(), []*messages.Snapshot{snapshot}); err != nil {
			panic(err)
		}

		say(strconv.FormatUint(uint64(round), 10))
	}
}

func say(line string) {
	if _, err := fmt.Fprintln(os.Stdout, line); err != nil {
		os.Exit(1) // nobody listens any more
	}
}
