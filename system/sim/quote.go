package sim

import (
	"encoding/json"
	"strings"
	"time"
)

// timeLayout is RFC 3339 in UTC with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z"

// quote is one row of an answer. Its fields are raw JSON, so that faults can put anything there.
type quote struct{ symbol, price, bid, ask, at string }

// jsonText returns text as a JSON string.
func jsonText(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		return `""` // cannot happen: every string has a JSON form
	}

	return string(quoted)
}

// jsonTime returns a time as a JSON string.
func jsonTime(t time.Time) string { return `"` + t.UTC().Format(timeLayout) + `"` }

// String returns the quote as a JSON object.
func (q quote) String() string {
	return `{"symbol":` + q.symbol + `,"price":` + q.price + `,"bid":` + q.bid + `,"ask":` + q.ask + `,"time":` + q.at + `}`
}

// quotesHead and quotesTail enclose the quotes of an answer.
const (
	quotesHead = `{"quotes":[`
	quotesTail = `]}`
)

// render returns the answer that holds the quotes.
func render(quotes []quote) string {
	rows := make([]string, len(quotes))
	for i, q := range quotes {
		rows[i] = q.String()
	}

	return quotesHead + strings.Join(rows, ",") + quotesTail
}
