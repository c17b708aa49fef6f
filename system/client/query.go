package client

import (
	"net/url"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Page selects a part of what is stored, newest first. The zero Page is the newest rows.
type Page struct {
	From, To time.Time // at From or later, and before To; no bound where zero
	Limit    int       // rows at most; 0 leaves it to the service
	Cursor   string    // Next of the page before; the other fields stay as they were then
}

// add puts the page's parameters into a query.
func (p *Page) add(query url.Values) {
	addTime(query, "from", p.From)
	addTime(query, "to", p.To)

	if p.Limit != 0 {
		query.Set("limit", strconv.Itoa(p.Limit))
	}

	addText(query, "cursor", p.Cursor)
}

func addText(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

func addTime(query url.Values, name string, at time.Time) {
	if !at.IsZero() {
		query.Set(name, at.UTC().Format(time.RFC3339Nano))
	}
}

// addSelection puts a selection into a query.
func addSelection(query url.Values, selection *messages.Selection) {
	for _, instrument := range selection.Instruments {
		query.Add("instruments", string(instrument))
	}

	for _, class := range selection.Classes {
		query.Add("classes", class)
	}

	for _, vendor := range selection.Vendors {
		query.Add("vendors", string(vendor))
	}
}
