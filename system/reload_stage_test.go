package system_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

// counted is a source that counts its fetches. Two of them are the same if they are one.
type counted struct {
	sourceFunc

	fetches atomic.Int32
}

func count(source sourceFunc) *counted { return &counted{sourceFunc: source} }

func (c *counted) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	c.fetches.Add(1)

	return c.sourceFunc(ctx, instruments)
}

// from is a vendor whose source has an identity.
func from(name string, source *counted) system.Vendor {
	v := vendor(name, nil)
	v.Source = source

	return v
}

// facts is an audit log in memory.
type facts struct {
	mu   sync.Mutex
	kept []*messages.RecordFact
}

// Append implements auditor.Log.
func (f *facts) Append(_ context.Context, more []*messages.RecordFact) error {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.kept = append(f.kept, more...)

	return nil
}

func (f *facts) of(kind messages.FactKind) []*messages.RecordFact {
	f.mu.Lock()
	defer f.mu.Unlock()

	return slices.DeleteFunc(slices.Clone(f.kept), func(fact *messages.RecordFact) bool { return fact.Kind != kind })
}

// every is a schedule with these vendors.
func every(vendors ...system.Vendor) system.Settings {
	return system.Settings{Every: 5 * time.Second, Deadline: 2 * time.Second, Vendors: vendors}
}
