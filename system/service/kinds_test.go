package service_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

// kind is a kind of definition: how it reads answers, and how the simulator's answer looks there.
type kind struct {
	name   string
	parse  string // empty for those that push
	pushed func(name string) string
	render func(rows [][]string) string // of quotes; nil for the answer as it is
	// outcomes are those that differ from the ones of a polled JSON document; none for a fault that does not exist here.
	outcomes map[string][]messages.Outcome
}

// columns are the keys of a row, in their order.
func columns() []string { return []string{"symbol", "price", "bid", "ask", "time"} }

func kinds() []kind {
	const named = "key: symbol, price: price, bid: bid, ask: ask, time: time}"

	return []kind{
		{name: "jq", parse: "{jq: '.quotes[] | {key: .symbol, price, bid, ask, time}'}", outcomes: noneIsMiddle(nil)},
		{name: "csv", parse: "{format: csv, " + named, render: asCSV, outcomes: textOutcomes()},
		{
			name: "xml", render: asXML, outcomes: noneIsMiddle(xmlOutcomes()),
			parse: "{format: xml, jq: '.kids[] | (reduce .kids[] as $k ({}; .[$k.name] = $k.text)) | {key: .symbol, price, bid, ask, time}'}",
		},
		{name: "ndjson", parse: "{format: ndjson, " + named, render: asLines, outcomes: lineOutcomes()},
		{name: "socket", pushed: socketVendor, outcomes: noneIsMiddle(map[string][]messages.Outcome{
			"empty": nil, "two-documents": one(messages.OutcomeMalformed), // a message without a word is none
		})},
		{name: "lines", pushed: linesVendor, outcomes: noneIsMiddle(map[string][]messages.Outcome{
			"empty": nil, "two-documents": one(messages.OutcomeOK), // on a line each
			"html": nothing(), "html-as-json": nothing(), // with an empty line, which is a sign of life
		})},
	}
}

// nothing is what comes of a document in which there are no quotes.
func nothing(more ...messages.Outcome) []messages.Outcome {
	return append(more, messages.OutcomeMalformed, messages.OutcomeMissingSymbol)
}

// noneIsMiddle adds what comes of a price that is null in a row that an expression makes: there is none, and the middle of bid and ask stands in.
func noneIsMiddle(outcomes map[string][]messages.Outcome) map[string][]messages.Outcome {
	if outcomes == nil {
		outcomes = make(map[string][]messages.Outcome)
	}

	outcomes["null-price"] = one(messages.OutcomeOK)

	return outcomes
}

// textOutcomes are those of text that knows no documents of JSON.
func textOutcomes() map[string][]messages.Outcome {
	outcomes := make(map[string][]messages.Outcome)

	for _, fault := range []string{"trailing-data", "two-documents", "duplicate-keys", "empty", "random-bytes", "html", "html-as-json", "utf16", "deep-arrays=9999"} {
		outcomes[fault] = nothing()
	}

	for _, fault := range []string{"deep-arrays", "deep-arrays=400000", "deep-objects", "deep-objects=100000"} {
		outcomes[fault] = nothing(messages.OutcomeTooLarge)
	}

	return outcomes
}

// xmlOutcomes are those of XML, where space around a text means nothing.
func xmlOutcomes() map[string][]messages.Outcome {
	outcomes := textOutcomes()
	outcomes["padded-price"] = one(messages.OutcomeOK)

	return outcomes
}

// lineOutcomes are those of documents on lines, of which there may be several.
func lineOutcomes() map[string][]messages.Outcome {
	return map[string][]messages.Outcome{
		"two-documents": nothing(), "trailing-data": nothing(), "empty": nothing(), "html": nothing(), "duplicate-keys": nothing(),
	}
}

// payloadCases are the faults of what a vendor says, not of how.
func payloadCases() []faultCase {
	return slices.DeleteFunc(faultCases(), func(c faultCase) bool { return !strings.HasPrefix(c.ids, "P") })
}

// bodies are what the simulator answers with each fault; vendor p0 has the first one. Of more than a definition may read, the beginning.
func bodies(t *testing.T, cases []faultCase) []string {
	t.Helper()

	p := plan{faults: map[string]string{}}

	for i, test := range cases {
		name := fmt.Sprintf("p%d", i)
		p.vendors = append(p.vendors, name)
		p.faults[name] = test.fault
	}

	server, texts := simulate(t, p), make([]string, len(cases))

	for i, name := range p.vendors {
		url := strings.Replace(server.VendorURL(name), "?symbols={symbols}", "", 1)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		require.NoError(t, err)

		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)

		text, err := io.ReadAll(io.LimitReader(answer.Body, 2<<20))
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())

		texts[i] = string(text)
	}

	return texts
}

// quoted are the rows of an answer of the simulator's, raw; none where it is no such answer.
func quoted(body string) [][]string {
	if !strings.HasPrefix(body, `{"quotes":[{`) || !strings.HasSuffix(body, `}]}`) {
		return nil
	}

	row := regexp.MustCompile(`\{"symbol":(.*?),"price":(.*?),"bid":(.*?),"ask":(.*?),"time":(.*?)\}[,\]]`)

	var rows [][]string
	for _, match := range row.FindAllStringSubmatch(body, -1) {
		rows = append(rows, match[1:])
	}

	return rows
}

// plain is a raw JSON value as text.
func plain(raw string) string {
	var text string

	switch {
	case raw == "null":
		return ""
	case utf8.ValidString(raw) && json.Unmarshal([]byte(raw), &text) == nil:
		return text
	default:
		return strings.Trim(raw, `"`)
	}
}

func asCSV(rows [][]string) string {
	var b strings.Builder

	w := csv.NewWriter(&b)
	_ = w.Write(columns()) // a builder takes everything

	for _, row := range rows {
		cells := make([]string, len(row))
		for i := range row {
			cells[i] = plain(row[i])
		}

		_ = w.Write(cells)
	}

	w.Flush()

	return b.String()
}

func asXML(rows [][]string) string {
	var b strings.Builder

	b.WriteString(`<?xml version="1.0"?><quotes>`)

	for _, row := range rows {
		b.WriteString("<quote>")

		for i, name := range columns() {
			b.WriteString("<" + name + ">")

			if text := plain(row[i]); utf8.ValidString(text) {
				_ = xml.EscapeText(&b, []byte(text)) // as above
			} else {
				b.WriteString(text)
			}

			b.WriteString("</" + name + ">")
		}

		b.WriteString("</quote>")
	}

	return b.String() + "</quotes>"
}

func asLines(rows [][]string) string {
	var b strings.Builder

	for _, row := range rows {
		for i, name := range columns() {
			fmt.Fprintf(&b, `%s"%s":%s`, map[bool]string{true: "{", false: ","}[i == 0], name, row[i])
		}

		b.WriteString("}\n")
	}

	return b.String()
}

// vendor is the definition of a vendor of a kind that says a text, and what it plays.
func (k *kind) vendor(name, body string) (definition string, play *sim.Play) {
	const mark = "\ufeff"

	if rows := quoted(strings.TrimPrefix(body, mark)); rows != nil && k.render != nil {
		body = body[:len(body)-len(strings.TrimPrefix(body, mark))] + k.render(rows)
	}

	if k.pushed == nil {
		definition = fmt.Sprintf("    class: test\n    symbols: [%[1]s.A, %[1]s.B, %[1]s.C]\n    max_age: 1m\n"+
			"    url: \"https://quotes.example.com/v1?symbols={symbols}&key=${QUERY}\"\n    parse: %[2]s\n", name, k.parse)

		return definition, &sim.Play{Answers: []example.Answer{{Body: body}}}
	}

	play = &sim.Play{Script: []example.Step{subscribing(name)[0], {Server: body}}, Repeat: 50 * time.Millisecond}
	if k.name == "lines" {
		play.Script = play.Script[1:]
	}

	return strings.Replace(k.pushed(name), `, done: '.type == "subscribed"'`, "", 1), play // or its answer would be repeated too
}

// Whatever a vendor says, and however its definition reads: it has an outcome from the closed set, and nothing of it is published as good. One that
// pushes is flagged sooner or later, and until then has no price yet.
// G1 G2 P01 P02 P03 P04 P05 P06 P07 P08 P09 P10 P11 P15 P16 P17.
func TestPayloadFaultsWithDefinitionsOfEveryKind(t *testing.T) {
	t.Parallel()

	if raced {
		t.Skip("two hundred vendors at once take minutes under the race detector; the readers are raced by their own tests")
	}

	cases := payloadCases()

	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()

			texts := bodies(t, cases) // now: they hold the time
			p := plan{
				vendors: []string{"healthy"}, every: slower * 2 * time.Second, deadline: slower * time.Second, onDemand: true,
				plays: map[string]*sim.Play{}, defined: map[string]string{},
			}
			want := make(map[string][]messages.Outcome)

			for i, test := range cases {
				name := fmt.Sprintf("p%d", i)
				outcomes, differs := k.outcomes[test.fault]

				if !differs {
					outcomes = test.outcomes
				}

				if outcomes != nil {
					want[name], p.vendors = outcomes, append(p.vendors, name)
					p.defined[name], p.plays[name] = k.vendor(name, texts[i])
				}
			}

			r := newRig(t, p)
			k.judge(t, r, want)
		})
	}
}

// judge takes rounds until each vendor has had its outcome.
func (k *kind) judge(t *testing.T, r *rig, want map[string][]messages.Outcome) {
	t.Helper()

	said := make(map[string]string)
	shown := make(map[string]bool)

	for end := time.Now().Add(patience); len(shown) < len(want) && time.Now().Before(end); {
		s := r.take(t)
		good(t, s, "healthy")

		for name, outcomes := range want {
			report, _ := s.Vendor(messages.Vendor(name))
			said[name] = fmt.Sprintf("%s %s, of %.200s", report.Outcome, report.Detail, fmt.Sprint(*r.plan.plays[name]))

			switch {
			case slices.Contains(outcomes, report.Outcome):
				shown[name] = true
			case report.Outcome == messages.OutcomeOK || k.pushed == nil:
				require.Contains(t, outcomes, report.Outcome, "%s: %s", name, said[name])
			}
		}
	}

	for name, outcomes := range want {
		assert.True(t, shown[name], "%s: %s, want %s", name, said[name], outcomes)
	}
}
