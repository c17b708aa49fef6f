package reading

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

var errRowKind = errors.New("parse.jq gives something else than an object with the fields of a row")

// Keyless reports whether parse.jq gives rows that plainly do not say whose they are.
func (r *Reader) Keyless() bool { return r != nil && r.query != nil && r.query.Lacks("key") }

// query returns the rows that an expression gives.
func query(ctx context.Context, program *expr.Program, document any, vars *expr.Vars, veil Veil) ([]Row, error) {
	outputs, err := program.All(ctx, document, vars)
	if err != nil {
		return nil, fmt.Errorf("parse.jq: %w", err)
	}

	rows := make([]Row, 0, len(outputs))

	for _, output := range outputs {
		if output == nil {
			continue
		}

		object, ok := output.(map[string]any)
		if !ok {
			return nil, errRowKind
		}

		rows = append(rows, rowOf(object, veil))
	}

	return rows, nil
}

// rowFields are the members of an object that rowOf reads.
func rowFields() []string {
	return []string{"key", "price", "bid", "ask", "mid", "per", "size", "volume", "currency", "unit", "time", "seq", "flags", "error"}
}

// rowOf makes a row of an object. For an expression null and nothing are the same, so null is nothing here.
func rowOf(object map[string]any, veil Veil) Row {
	row := Row{Key: keyText(object["key"])}
	row.Price, row.Bid, row.Ask, row.Mid, row.Per = field(object, "price"), field(object, "bid"), field(object, "ask"), field(object, "mid"), field(object, "per")
	row.Size, row.Volume, row.Currency, row.Unit = field(object, "size"), field(object, "volume"), field(object, "currency"), field(object, "unit")
	row.Time, row.Sequence = field(object, "time"), field(object, "seq")
	row.Failure = rowFailure(object["error"], veil)

	var known bool
	if row.Flags, known = flagsOf(object["flags"]); !known && row.Failure == nil {
		row.Failure = messages.NewFailure(messages.OutcomeMalformed, "parse.jq gives a flag that there is not")
	}

	return row
}

func field(object map[string]any, name string) Value {
	value := object[name]
	if value == nil {
		return Value{}
	}

	return valueOf(value)
}

// rowFailure returns a row's own error: an outcome, an object with outcome and detail, or the vendor's words.
func rowFailure(value any, veil Veil) *messages.Failure {
	switch value := value.(type) {
	case nil, bool:
		if value != true {
			return nil
		}

		return messages.NewFailure(messages.OutcomeMalformed, "the vendor reports an error")
	case string:
		if outcome := messages.Outcome(value); outcome.Valid() && outcome != messages.OutcomeOK {
			return messages.NewFailure(outcome, "the vendor has no value for this symbol")
		}

		if value == "" || value == string(messages.OutcomeOK) {
			return nil
		}

		return messages.NewFailure(messages.OutcomeMalformed, "the vendor reports: "+veil.Mask(value))
	case map[string]any:
		failure := rowFailure(value["outcome"], veil)
		if failure == nil {
			failure = messages.NewFailure(messages.OutcomeMalformed, "the vendor reports an error")
		}

		if detail, ok := value["detail"].(string); ok && detail != "" {
			failure.Detail = veil.Clean(detail)
		}

		return failure
	default:
		return messages.NewFailure(messages.OutcomeMalformed, "the vendor reports: "+veil.Mask(wordsOf(value)))
	}
}

// flagsOf reads a name, or an array of names. Known is false if there is no such flag.
func flagsOf(value any) (flags messages.Flags, known bool) {
	switch value := value.(type) {
	case nil:
		return 0, true
	case string:
		return messages.ParseFlag(value)
	case []any:
		for _, element := range value {
			name, _ := element.(string)

			flag, known := messages.ParseFlag(name)
			if !known && element != nil {
				return 0, false
			}

			flags |= flag
		}

		return flags, true
	default:
		return 0, false
	}
}
