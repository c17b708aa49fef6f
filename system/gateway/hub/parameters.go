package hub

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// parameterError is a parameter that cannot be meant.
type parameterError struct{ field, detail string }

func (e *parameterError) Error() string { return e.field + " " + e.detail }

// ParseSelection reads the parameters instruments, classes and vendors: lists with commas, which may be repeated. The error names the
// parameter.
func ParseSelection(query url.Values) (selection messages.Selection, field string, err error) {
	for _, list := range []struct {
		field string
		add   func(string)
	}{
		{"instruments", func(name string) { selection.Instruments = append(selection.Instruments, messages.Instrument(name)) }},
		{"classes", func(name string) { selection.Classes = append(selection.Classes, name) }},
		{"vendors", func(name string) { selection.Vendors = append(selection.Vendors, messages.Vendor(name)) }},
	} {
		for _, value := range query[list.field] {
			for name := range strings.SplitSeq(value, ",") {
				if name == "" {
					return selection, list.field, fmt.Errorf("%s: %q holds an empty name", list.field, value)
				}

				list.add(name)
			}
		}
	}

	return selection, "", nil
}

// lists are the parameters that may be repeated.
func lists() []string { return []string{"instruments", "classes", "vendors"} }

// parameters are all there are.
func parameters() []string { return append(lists(), "mode", "events", "after") }

// wishOf reads what the sender of a request wants to hear. What it may see is part of it.
func (h *Hub) wishOf(r *http.Request) (wish, *parameterError) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return wish{}, &parameterError{"query", "is not well-formed"}
	}

	for name, values := range query {
		switch {
		case !slices.Contains(parameters(), name):
			return wish{}, &parameterError{messages.CleanDetail(name), "is unknown; there are " + strings.Join(parameters(), ", ")}
		case len(values) > 1 && !slices.Contains(lists(), name):
			return wish{}, &parameterError{name, "may be given only once"}
		}
	}

	wanted, field, err := ParseSelection(query)
	if err != nil {
		return wish{}, &parameterError{field, "holds an empty name"}
	}

	w := wish{lens: NewLens(h.options.Selection(r), wanted)}

	switch mode := query.Get("mode"); mode {
	case "", "full":
	case "changes":
		w.changes = true
	default:
		return wish{}, &parameterError{"mode", "must be full or changes"}
	}

	switch events := query.Get("events"); events {
	case "", "false":
	case "true":
		w.events = true
	default:
		return wish{}, &parameterError{"events", "must be true or false"}
	}

	after, bad := afterOf(r, query)
	w.after = after

	return w, bad
}

// afterOf is the round that the reader has: the parameter, or what a browser says when it comes back.
func afterOf(r *http.Request, query url.Values) (messages.Round, *parameterError) {
	field, text := "after", query.Get("after")
	if text == "" {
		field, text = "Last-Event-ID", r.Header.Get("Last-Event-ID")
	}

	if text == "" {
		return 0, nil
	}

	round, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, &parameterError{field, "must be the number of a round, such as 42"}
	}

	return messages.Round(round), nil
}
