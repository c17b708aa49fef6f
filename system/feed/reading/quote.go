package reading

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/rollcall-go/rollcall/messages"
)

// maxShown is how much of a vendor's own text is shown where it cannot be read, in bytes.
const maxShown = 40

// Errors of single values.
var (
	errAbsent = errors.New("is missing")
	errNull   = errors.New("is null")
	errKind   = errors.New("is neither a number nor text")
)

// quote makes a quote of what was found for a symbol.
func (d *decoder) quote(instrument messages.Instrument, found *cell) messages.Quote {
	q := messages.Quote{Instrument: instrument, Outcome: messages.OutcomeOK}

	switch {
	case !found.found:
		return d.refuse(q, messages.OutcomeMissingSymbol, "not in the answer")
	case found.twice:
		return d.refuse(q, messages.OutcomeMalformed, "the answer has several rows for this symbol")
	}

	outcome, detail := d.prices(&q, found)
	if outcome != messages.OutcomeOK {
		q.Price, q.Bid, q.Ask = messages.Price{}, messages.Price{}, messages.Price{}

		return d.refuse(q, outcome, detail)
	}

	if !d.program.stamped {
		return q
	}

	at, err := d.time(found.slots[slotTime])
	if err != nil {
		return d.refuse(q, messages.OutcomeInvalidTime, "time "+err.Error())
	}

	q.VendorTime = at

	return q
}

func (d *decoder) refuse(q messages.Quote, outcome messages.Outcome, detail string) messages.Quote {
	q.Outcome, q.Detail = outcome, d.veil.Clean(detail)

	return q
}

// prices fills the quote's price, bid and ask. Without a price of its own the quote gets the exact middle of bid and ask; with one, bid and
// ask may be missing.
func (d *decoder) prices(q *messages.Quote, found *cell) (outcome messages.Outcome, detail string) {
	values := []struct {
		name   string
		slot   slot
		wanted bool
		needed bool
		into   *messages.Price
	}{
		{"price", slotPrice, d.program.price, true, &q.Price},
		{"bid", slotBid, d.program.bid, !d.program.price, &q.Bid},
		{"ask", slotAsk, d.program.ask, !d.program.price, &q.Ask},
	}

	for _, value := range values {
		if !value.wanted {
			continue
		}

		at := found.slots[value.slot]

		price, err := d.price(at)

		switch {
		case err == nil:
			*value.into = price
		case !value.needed && (errors.Is(err, errAbsent) || errors.Is(err, errNull)):
		case errors.Is(err, errAbsent):
			return messages.OutcomeMissingSymbol, value.name + " is missing in the symbol's row"
		default:
			return messages.OutcomeInvalidPrice, value.name + " " + d.shown(at) + ": " + err.Error()
		}
	}

	if !q.Bid.IsZero() && !q.Ask.IsZero() {
		if q.Bid.Compare(q.Ask) > 0 {
			return messages.OutcomeInvalidPrice, "bid " + q.Bid.Text() + " is above ask " + q.Ask.Text()
		}

		if !d.program.price {
			q.Price = messages.NewPrice(q.Bid.Decimal().Add(q.Ask.Decimal()).Mul(decimal.New(5, -1)))
		}
	}

	return messages.OutcomeOK, ""
}

func (d *decoder) price(at span) (messages.Price, error) {
	text, err := d.scalar(at)
	if err != nil {
		return messages.Price{}, err
	}

	return messages.ParsePrice(text)
}

func (d *decoder) time(at span) (time.Time, error) {
	text, err := d.scalar(at)
	if err != nil {
		return time.Time{}, err
	}

	return d.program.clock.parse(text)
}

// scalar returns the text of a number, or of a string, without its quotes. Text that is too long for any number or time is not copied.
func (d *decoder) scalar(at span) (string, error) {
	raw := d.body[at.start:at.end]

	switch {
	case at.kind == 0:
		return "", errAbsent
	case at.kind == 'n':
		return "", errNull
	case at.kind != '"' && at.kind != '0':
		return "", errKind
	case len(raw) > 6*messages.MaxPriceText+2:
		return "", messages.ErrPriceTooLong
	case at.kind == '"':
		return string(d.unquote(raw)), nil
	default:
		return string(raw), nil
	}
}

// shown returns the beginning of a value as it stands in the answer, secrets masked before it is cut.
func (d *decoder) shown(at span) string {
	raw := d.body[at.start:at.end]
	if len(raw) > messages.MaxDetail {
		return "of " + strconv.Itoa(len(raw)) + " bytes"
	}

	text := d.veil.Mask(string(raw))
	if len(text) > maxShown {
		return strings.ToValidUTF8(text[:maxShown], "") + "…"
	}

	return text
}

// failureText returns what the error path led to, and false if that says that there is no error.
func (d *decoder) failureText() (text string, present bool) {
	raw := d.body[d.failure.start:d.failure.end]

	switch d.failure.kind {
	case 0, 'n', 'f':
		return "", false
	case '"':
		text = string(d.unquote(raw))

		return text, text != ""
	case '0':
		value, err := strconv.ParseFloat(string(raw), 64)

		return string(raw), err != nil || value != 0
	case 't':
		return "true", true
	default:
		return d.innerText(raw)
	}
}

// innerText returns the texts and numbers inside an array or object, in order, and false if it has no members.
func (d *decoder) innerText(raw []byte) (text string, present bool) {
	inner := jsontext.NewDecoder(bytes.NewReader(raw), d.options)

	var joined []byte

	for len(joined) < 2*messages.MaxDetail {
		token, err := inner.ReadToken()
		if err != nil {
			break
		}

		present = present || inner.StackDepth() > 1 || (token.Kind() != '{' && token.Kind() != '[' && token.Kind() != '}' && token.Kind() != ']')
		parent, length := inner.StackIndex(inner.StackDepth())
		isKey := parent == '{' && length%2 == 1

		if (token.Kind() == '"' && !isKey) || token.Kind() == '0' {
			joined = append(append(joined, token.String()...), ' ')
		}
	}

	return string(joined), present
}
