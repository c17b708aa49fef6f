package top

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

// board is what the service has said.
type board struct {
	now        time.Time // of this machine, as of the last tick
	snapshot   *messages.Snapshot
	receivedAt time.Time // when the snapshot came, by this machine's clock
	trends     map[messages.Instrument]trend
	open       timeline // the newest round that has begun

	status  *api.Status
	vendors map[messages.Vendor]api.Vendor
	audit   *api.Audit
	refused string // why the record cannot be seen; empty if it can

	notes []note // what the stream said, newest first
	lost  *lost  // nil while connected
}

// lost is a connection that is gone.
type lost struct {
	why   string
	again time.Time
}

// note is one line of what happened.
type note struct {
	at     time.Time
	kind   string
	round  messages.Round
	vendor messages.Vendor
	text   string
}

// maxNotes is how many notes are kept.
const maxNotes = 200

func newBoard() *board {
	return &board{trends: make(map[messages.Instrument]trend), vendors: make(map[messages.Vendor]api.Vendor)}
}

// clone is a copy that later messages do not change.
func (b *board) clone() *board {
	copied := *b
	copied.trends = make(map[messages.Instrument]trend, len(b.trends))

	for name, t := range b.trends {
		copied.trends[name] = t.clone()
	}

	copied.vendors = maps.Clone(b.vendors)
	copied.notes = slices.Clone(b.notes)
	copied.open = b.open.clone()

	return &copied
}

// hear takes an event of the stream.
func (b *board) hear(e *client.Event, at time.Time) {
	switch e.Type {
	case api.EventSnapshot:
		b.publish(e.Snapshot, at)
	case api.EventRound:
		b.open = begun(e.Started, at)
	case api.EventAnswer:
		b.open.answered(e.Answered)
	case api.EventVendor:
		b.changed(e.Vendor)
	case api.EventSkipped:
		b.note(note{at: at, kind: "skipped", text: skippedText(e.Skipped)})
	case api.EventReset:
		b.note(note{at: at, kind: "reset", text: "rounds after " + number(e.Reset.Requested) + " are not kept any more"})
	case api.EventBye:
		b.note(note{at: at, kind: "bye", text: e.Bye.Reason})
	case client.EventConnected:
		if b.lost != nil {
			b.note(note{at: at, kind: "connected", text: "the service answers again"})
		}

		b.lost = nil
	case client.EventLost:
		b.disconnected(e.Lost, at)
	default:
	}
}

func (b *board) publish(s *messages.Snapshot, at time.Time) {
	if b.snapshot != nil && s.Round <= b.snapshot.Round { // another service, or its data began anew
		b.trends = make(map[messages.Instrument]trend)
	}

	b.snapshot, b.receivedAt, b.now = s, at, at
	b.open.close(s)

	known := make(map[messages.Instrument]trend, len(s.Instruments))
	for i, entry := range s.Roster.Entries() {
		known[entry.Instrument] = b.trends[entry.Instrument].add(s.Instruments[i].Price)
	}

	b.trends = known
}

// changed takes a vendor's new state, which is in the list only after the next poll.
func (b *board) changed(v *api.VendorChanged) {
	b.note(note{at: v.At, kind: string(v.State), vendor: v.Vendor, text: v.Detail})

	if known, is := b.vendors[v.Vendor]; is {
		known.State, known.Restarts = v.State, v.Restarts
		b.vendors[v.Vendor] = known
	}
}

func (b *board) disconnected(l *client.Lost, at time.Time) {
	if b.lost == nil {
		b.note(note{at: at, kind: "lost", text: l.Err.Error()})
	}

	b.lost = &lost{why: l.Err.Error(), again: at.Add(l.Again)}
}

func (b *board) note(n note) {
	b.notes = slices.Insert(b.notes, 0, n)
	b.notes = b.notes[:min(len(b.notes), maxNotes)]
}

// happened is the record's tail and what the stream said, newest first.
func (b *board) happened() []note {
	all := slices.Clone(b.notes)

	if b.audit != nil {
		for i := range b.audit.Entries {
			entry := &b.audit.Entries[i]
			all = append(all, note{at: entry.At, kind: string(entry.Kind), round: entry.Round, vendor: entry.Vendor, text: dataText(entry.Data)})
		}
	}

	slices.SortStableFunc(all, func(x, y note) int { return y.at.Compare(x.at) })

	return all
}

// dataText is an entry's data in a fixed order; where something went from one thing to another, that comes first.
func dataText(data map[string]string) string {
	var parts []string

	moved := data["to"] != ""
	if moved {
		parts = append(parts, strings.TrimSpace(data["from"]+" → "+data["to"]))
	}

	for _, name := range slices.Sorted(maps.Keys(data)) {
		switch value := data[name]; {
		case value == "", moved && (name == "from" || name == "to"):
		case name == "detail":
			parts = append(parts, value)
		default:
			parts = append(parts, name+" "+value)
		}
	}

	return strings.Join(parts, ", ")
}

func skippedText(s *api.Skipped) string {
	if s.Count == 0 {
		return countOf(s.Events, "event") + " left out: this terminal was slow"
	}

	return countOf(s.Count, "round") + " left out: this terminal was slow"
}

// age is how old a price is by now.
func (b *board) age(report messages.InstrumentReport) time.Duration {
	return report.Age + max(0, b.now.Sub(b.receivedAt))
}
