package reading_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// desk reads what real vendors answer. Its commands are those of testdata/vendors: define, read, refused and message.
type desk struct {
	t       *testing.T
	reader  *reading.Reader
	options tree.Options
	symbols []spec.Symbol
	memory  map[string]reading.Fields // of merged messages
}

// The answers and expectations of real vendors. The numbers are invented, the shapes are theirs.
func TestVendors(t *testing.T) {
	t.Parallel()

	datadriven.Walk(t, "testdata/vendors", func(t *testing.T, path string) {
		synctest.Test(t, func(t *testing.T) { // its clock begins on 2000-01-01, so that next_month is 744h away
			d := &desk{t: t, memory: make(map[string]reading.Fields)}

			datadriven.RunTest(t, path, func(t *testing.T, command *datadriven.TestData) string {
				switch command.Cmd {
				case "define":
					return d.define(command.Input)
				case "read":
					return d.read(command)
				case "refused":
					var status int

					command.ScanArgs(t, "status", &status)

					return shown(d.reader.Refused(t.Context(), reading.Answer{Status: status, Body: []byte(command.Input)}))
				case "message":
					return d.message(command)
				default:
					t.Fatalf("no command %s", command.Cmd)

					return ""
				}
			})
		})
	})
}

func (d *desk) define(text string) string {
	var definition struct {
		Parse   spec.Parse             `yaml:"parse"`
		Errors  []spec.Rule            `yaml:"errors"`
		Symbols map[string]spec.Symbol `yaml:"symbols"`
		Order   []string               `yaml:"order"`
	}

	require.NoError(d.t, yaml.Unmarshal([]byte(text), &definition))

	reader, problems := reading.Compile(definition.Parse, definition.Errors, reading.NewVeil("hunter2-secret"))
	if len(problems) > 0 {
		return fmt.Sprint(problems)
	}

	d.symbols = nil

	for _, name := range definition.Order {
		symbol, known := definition.Symbols[name]
		require.True(d.t, known, name)

		symbol.Instrument = messages.Instrument(name)
		if symbol.Key == "" {
			symbol.Key = symbol.VendorSymbol
		}

		d.symbols = append(d.symbols, symbol)
	}

	d.reader, d.options = reader, tree.Options{AnyCase: definition.Parse.AnyCase}

	return "ok"
}

// read reads an answer about the instruments named, or about all.
func (d *desk) read(command *datadriven.TestData) string {
	asked := d.symbols

	if command.HasArg("for") {
		asked = nil

		for _, argument := range command.CmdArgs {
			for _, name := range argument.Vals {
				for _, symbol := range d.symbols {
					if string(symbol.Instrument) == name {
						asked = append(asked, symbol)
					}
				}
			}
		}
	}

	quotes := make([]messages.Quote, len(asked))
	answer := reading.Answer{Status: http.StatusOK, Header: http.Header{"X-Plan": {"free"}}, Body: []byte(command.Input)}

	if failure := d.reader.Read(d.t.Context(), answer, reading.NewTargets(asked), quotes); failure != nil {
		return shown(failure)
	}

	return lines(quotes)
}

// message reads a stream's message.
func (d *desk) message(command *datadriven.TestData) string {
	vars := &expr.Vars{Text: command.Input}
	for _, symbol := range d.symbols {
		vars.Keys = append(vars.Keys, symbol.Key)
	}

	document, err := tree.Parse([]byte(command.Input), d.options)
	require.NoError(d.t, err)

	match, err := d.reader.Match(d.t.Context(), document, vars)
	require.NoError(d.t, err)

	if match != nil {
		return fmt.Sprintf("%s scope=%s keys=%v reconnect=%t warning=%t", shown(match.Failure), match.Scope, match.Keys, match.Reconnect, match.Warning)
	}

	rows, err := d.reader.Rows(d.t.Context(), document, vars)
	require.NoError(d.t, err)

	targets := reading.NewTargets(d.symbols)

	var quotes []messages.Quote

	for _, row := range rows {
		at, found := targets.Find(row.Key)
		require.True(d.t, found, row.Key)

		if command.HasArg("merge") {
			if older, known := d.memory[row.Key]; known {
				row.Fields = row.Over(older)
			}

			d.memory[row.Key] = row.Fields
		}

		quotes = append(quotes, d.reader.Quote(targets.Symbol(at), row))
	}

	return lines(quotes)
}

func shown(failure *messages.Failure) string {
	if failure == nil {
		return "no failure"
	}

	text := string(failure.Outcome)
	if failure.RetryAfter > 0 {
		text += " retry=" + failure.RetryAfter.String()
	}

	if failure.Final {
		text += " final"
	}

	return text + ": " + failure.Detail
}

// lines shows quotes, one a line.
func lines(quotes []messages.Quote) string {
	var b strings.Builder

	for i := range quotes {
		q := &quotes[i]
		fmt.Fprintf(&b, "%s %s", q.Instrument, q.Outcome)

		for _, part := range []struct{ name, text string }{
			{"price", q.Price.Text()}, {"bid", q.Bid.Text()}, {"ask", q.Ask.Text()}, {"time", at(q.VendorTime)}, {"flags", q.Flags.String()},
		} {
			if part.text != "" {
				b.WriteString(" " + part.name + "=" + part.text)
			}
		}

		b.WriteString(more(q.More))

		if q.Detail != "" {
			b.WriteString(": " + q.Detail)
		}

		b.WriteByte('\n')
	}

	if b.Len() == 0 {
		return "nothing"
	}

	return b.String()
}

func at(stamp time.Time) string {
	if stamp.IsZero() {
		return ""
	}

	return stamp.Format(time.RFC3339Nano)
}

func more(m *messages.More) string {
	if m == nil {
		return ""
	}

	var b strings.Builder

	for _, part := range []struct{ name, text string }{
		{"mid", m.Mid.Text()}, {"size", m.Size.Text()}, {"volume", m.Volume.Text()}, {"currency", m.Currency}, {"unit", m.Unit},
	} {
		if part.text != "" {
			b.WriteString(" " + part.name + "=" + part.text)
		}
	}

	if m.Sequence != 0 {
		fmt.Fprintf(&b, " seq=%d", m.Sequence)
	}

	return b.String()
}
