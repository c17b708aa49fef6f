package auditor

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// What a fact costs in memory beyond its texts, roughly: the fact itself and its place in the queue, and each of its fields.
const (
	factCost  = 160
	fieldCost = 32
)

// entry is one place in the queue: a fact, or the gap where facts were dropped.
type entry struct {
	fact   *messages.RecordFact // nil in a gap
	gap    gap
	cost   int
	panics int  // how often the log panicked over this entry alone
	poison bool // fact stands for one that can never be written
}

// gap covers facts that did not fit into memory.
type gap struct {
	from, to time.Time // when the first and the last of them happened
	count    int
}

// facts is how many received facts the entry stands for.
func (e *entry) facts() int {
	if e.fact == nil {
		return e.gap.count
	}

	return 1
}

// record returns the entry as the log is to write it.
func (e *entry) record() *messages.RecordFact {
	if e.fact != nil {
		return e.fact
	}

	return &messages.RecordFact{At: e.gap.to, Kind: messages.FactGap, Fields: []messages.Field{
		{Name: "from", Value: e.gap.from.UTC().Format(time.RFC3339Nano)},
		{Name: "to", Value: e.gap.to.UTC().Format(time.RFC3339Nano)},
		{Name: "count", Value: strconv.Itoa(e.gap.count)},
	}}
}

// poisoned returns the entry that takes the place of one that the log cannot take. It repeats nothing of the fact but its round.
func poisoned(fact *messages.RecordFact, now time.Time) entry {
	digest := digestOf(fact)
	record := &messages.RecordFact{At: now, Kind: messages.FactPoison, Round: fact.Round, Fields: []messages.Field{
		{Name: "type", Value: "*messages.RecordFact"},
		{Name: "sha256", Value: hex.EncodeToString(digest[:])},
	}}

	return entry{fact: record, cost: costOf(record), poison: true}
}

func costOf(fact *messages.RecordFact) int {
	cost := factCost + len(fact.Kind) + len(fact.Vendor)
	for _, field := range fact.Fields {
		cost += fieldCost + len(field.Name) + len(field.Value)
	}

	return cost
}

// digestOf hashes a fact with SHA-256: its time in nanoseconds and its round as eight bytes each, big-endian, then kind, vendor, and each
// field's name and value, every text after its own length as eight bytes.
func digestOf(fact *messages.RecordFact) [sha256.Size]byte {
	text := func(dst []byte, s string) []byte {
		return append(binary.BigEndian.AppendUint64(dst, uint64(len(s))), s...)
	}

	data := make([]byte, 0, costOf(fact))
	data = binary.BigEndian.AppendUint64(data, uint64(fact.At.UnixNano()))
	data = binary.BigEndian.AppendUint64(data, uint64(fact.Round))
	data = text(data, string(fact.Kind))
	data = text(data, string(fact.Vendor))

	for _, field := range fact.Fields {
		data = text(data, field.Name)
		data = text(data, field.Value)
	}

	return sha256.Sum256(data)
}
