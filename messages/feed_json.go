package messages

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// appendFlags appends the words of the flags; nothing for none.
func appendFlags(dst []byte, flags Flags) []byte {
	words := flags.Words()
	if len(words) == 0 {
		return dst
	}

	dst = append(dst, `,"flags":[`...)

	for i, word := range words {
		if i > 0 {
			dst = append(dst, ',')
		}

		dst = appendString(dst, word)
	}

	return append(dst, ']')
}

// appendJSON appends what the vendor says, and nothing where it says nothing.
func (m *More) appendJSON(dst []byte) []byte {
	if m == nil {
		return dst
	}

	if m.Currency != "" {
		dst = appendKeyString(dst, "currency", m.Currency)
	}

	if m.Unit != "" {
		dst = appendKeyString(dst, "unit", m.Unit)
	}

	if !m.Mid.IsZero() {
		dst = appendKeyPrice(dst, "mid", m.Mid)
	}

	if !m.Size.IsZero() {
		dst = appendKeyPrice(dst, "size", m.Size)
	}

	if !m.Volume.IsZero() {
		dst = appendKeyPrice(dst, "volume", m.Volume)
	}

	if m.Sequence != 0 {
		dst = appendKeyUint(dst, "sequence", m.Sequence)
	}

	return dst
}

// appendJSON appends the parts that apply.
func (f *FeedStatus) appendJSON(dst []byte) []byte {
	if f == nil {
		return dst
	}

	if f.Stream != nil {
		dst = f.Stream.appendJSON(dst)
	}

	if f.Budget != nil {
		dst = f.Budget.appendJSON(dst)
	}

	return dst
}

func (s *StreamStatus) appendJSON(dst []byte) []byte {
	dst = append(dst, `,"stream":{"state":`...)
	dst = appendString(dst, string(s.State))

	if s.AliveAge >= 0 {
		dst = appendKeyInt(dst, "alive_ms", s.AliveAge.Milliseconds())
	}

	dst = appendKeyInt(dst, "connections", int64(s.Connections))
	dst = appendKeyUint(dst, "connects", s.Connects)
	dst = appendKeyUint(dst, "messages", s.Messages)
	dst = appendKeyUint(dst, "updates", s.Updates)
	dst = appendKeyUint(dst, "conflated", s.Conflated)
	dst = appendKeyUint(dst, "dropped", s.Dropped)
	dst = appendKeyUint(dst, "gaps", s.Gaps)

	return append(dst, '}')
}

func (b *BudgetStatus) appendJSON(dst []byte) []byte {
	dst = append(dst, `,"budget":{"key":`...)
	dst = appendString(dst, b.Key)

	if every := b.Every.Milliseconds(); every > 0 {
		dst = appendKeyInt(dst, "every_ms", every)
	}

	if b.Remaining >= 0 {
		dst = appendKeyInt(dst, "remaining", int64(b.Remaining))
	}

	dst = appendKeyOptionalTime(dst, "paused_until", b.PausedUntil)

	return append(dst, '}')
}

func appendKeyUint(dst []byte, key string, value uint64) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, key...)
	dst = append(dst, '"', ':')

	return strconv.AppendUint(dst, value, 10)
}

// moreDocument is More beside a source's other members.
type moreDocument struct {
	Currency string  `json:"currency"`
	Unit     string  `json:"unit"`
	Mid      *string `json:"mid"`
	Size     *string `json:"size"`
	Volume   *string `json:"volume"`
	Sequence uint64  `json:"sequence"`
}

// more returns nil where the document has none of the members.
func (d *moreDocument) more() (*More, error) {
	if *d == (moreDocument{}) {
		return nil, nil //nolint:nilnil // there is none, as in a quote
	}

	more := &More{Currency: d.Currency, Unit: d.Unit, Sequence: d.Sequence}

	for _, number := range []struct {
		name string
		text *string
		to   *Price
	}{{"mid", d.Mid, &more.Mid}, {"size", d.Size, &more.Size}, {"volume", d.Volume, &more.Volume}} {
		var err error
		if *number.to, err = parsePriceText(number.text); err != nil {
			return nil, fmt.Errorf("%s: %w", number.name, err)
		}
	}

	return more, nil
}

// feedDocument is FeedStatus beside a vendor's other members.
type feedDocument struct {
	Stream *streamDocument `json:"stream"`
	Budget *budgetDocument `json:"budget"`
}

type streamDocument struct {
	State       StreamState   `json:"state"`
	Alive       *milliseconds `json:"alive_ms"`
	Connections uint32        `json:"connections"`
	Connects    uint64        `json:"connects"`
	Messages    uint64        `json:"messages"`
	Updates     uint64        `json:"updates"`
	Conflated   uint64        `json:"conflated"`
	Dropped     uint64        `json:"dropped"`
	Gaps        uint64        `json:"gaps"`
}

type budgetDocument struct {
	Key         string       `json:"key"`
	Every       milliseconds `json:"every_ms"`
	Remaining   *int         `json:"remaining"`
	PausedUntil time.Time    `json:"paused_until"`
}

// feed returns nil where the vendor neither pushes nor has a budget.
func (d *feedDocument) feed() (*FeedStatus, error) {
	if d.Stream == nil && d.Budget == nil {
		return nil, nil //nolint:nilnil // there is none, as in a report
	}

	stream, err := d.Stream.status()
	budget, budgetErr := d.Budget.status()

	return &FeedStatus{Stream: stream, Budget: budget}, errors.Join(err, budgetErr)
}

func (d *streamDocument) status() (*StreamStatus, error) {
	if d == nil {
		return nil, nil //nolint:nilnil // there is none
	}

	if !d.State.valid() {
		return nil, fmt.Errorf("stream is %q", d.State)
	}

	status := &StreamStatus{
		State: d.State, AliveAge: -1, Connections: int(d.Connections), Connects: d.Connects, Messages: d.Messages, Updates: d.Updates,
		Conflated: d.Conflated, Dropped: d.Dropped, Gaps: d.Gaps,
	}

	if d.Alive != nil {
		status.AliveAge = time.Duration(*d.Alive)
	}

	return status, nil
}

func (d *budgetDocument) status() (*BudgetStatus, error) {
	if d == nil {
		return nil, nil //nolint:nilnil // there is none
	}

	status := &BudgetStatus{Key: d.Key, Every: time.Duration(d.Every), Remaining: -1, PausedUntil: d.PausedUntil}

	if d.Remaining == nil {
		return status, nil
	}

	if status.Remaining = *d.Remaining; status.Remaining < 0 {
		return nil, fmt.Errorf("budget with %d left", status.Remaining)
	}

	return status, nil
}

func (s StreamState) valid() bool {
	switch s {
	case StreamConnecting, StreamLive, StreamThin, StreamPolled:
		return true
	default:
		return false
	}
}
