package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// whole is a snapshot as the documents it is made of, so that changes can be put into it.
type whole struct {
	head    head
	prices  map[string]json.RawMessage
	vendors map[string]json.RawMessage
	order   []messages.Vendor // as configured
}

// head is what a snapshot says of itself.
type head struct {
	Schema      string                  `json:"schema"`
	Round       messages.Round          `json:"round"`
	Status      messages.SnapshotStatus `json:"status"`
	Durable     bool                    `json:"durable"`
	StartedAt   time.Time               `json:"started_at"`
	PublishedAt time.Time               `json:"published_at"`
	ElapsedMS   int64                   `json:"elapsed_ms"`
	DeadlineMS  int64                   `json:"deadline_ms"`
}

// errBase says that changes belong to another snapshot than ours.
var errBase = errors.New("the changes belong to another round than the newest here")

// wholeOf takes a snapshot's document apart.
func wholeOf(data []byte, parsed *messages.Snapshot) (*whole, error) {
	var document struct {
		head

		Instruments map[string]json.RawMessage `json:"instruments"`
		Vendors     map[string]json.RawMessage `json:"vendors"`
	}

	if err := json.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("snapshot: %w: %w", ErrMalformed, err)
	}

	w := &whole{head: document.head, prices: document.Instruments, vendors: document.Vendors}
	for _, listing := range parsed.Roster.Listings() {
		w.order = append(w.order, listing.Vendor)
	}

	return w, nil
}

// apply puts changes in and returns the snapshot that comes of it. Of what did not change, times and ages are those of its last change.
func (w *whole) apply(changes *api.Changes) (*messages.Snapshot, error) {
	if changes.Since != w.head.Round {
		return nil, errBase
	}

	for _, part := range []struct{ into, from map[string]json.RawMessage }{{w.prices, changes.Instruments}, {w.vendors, changes.Vendors}} {
		for name, document := range part.from {
			if _, known := part.into[name]; !known {
				return nil, fmt.Errorf("changes: %w: %q is not in the snapshot before", ErrMalformed, messages.CleanDetail(name))
			}

			part.into[name] = document
		}
	}

	w.head.Round, w.head.Status, w.head.Durable = changes.Round, changes.Status, changes.Durable
	w.head.PublishedAt, w.head.ElapsedMS = changes.PublishedAt, changes.ElapsedMS
	w.head.StartedAt = changes.PublishedAt.Add(-time.Duration(changes.ElapsedMS) * time.Millisecond)

	text, err := w.encode()
	if err != nil {
		return nil, fmt.Errorf("changes: %w: %w", ErrMalformed, err)
	}

	found, err := messages.ParseSnapshot(text)
	if err != nil {
		return nil, fmt.Errorf("changes: %w: %w", ErrMalformed, err)
	}

	return found, nil
}

// encode puts the document together again, vendors in configured order.
func (w *whole) encode() ([]byte, error) {
	text, err := json.Marshal(w.head)
	if err != nil {
		return nil, err
	}

	prices, err := json.Marshal(w.prices)
	if err != nil {
		return nil, err
	}

	text = append(text[:len(text)-1], `,"instruments":`...)
	text = append(text, prices...)
	text = append(text, `,"vendors":{`...)

	for i, vendor := range w.order {
		name, err := json.Marshal(string(vendor))
		if err != nil {
			return nil, err
		}

		if i > 0 {
			text = append(text, ',')
		}

		text = append(append(append(text, name...), ':'), w.vendors[string(vendor)]...)
	}

	return append(text, "}}"...), nil
}
