package streaming

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// compiler makes a plan of a definition and collects what is wrong with it.
type compiler struct {
	problems []spec.FieldError
	sources  []string // of every expression over messages
}

func (c *compiler) add(field, problem, suggestion string) {
	c.problems = append(c.problems, spec.FieldError{Field: "stream." + field, Problem: problem, Suggestion: suggestion})
}

// expression compiles one expression; nil if it is empty.
func (c *compiler) expression(field, source string) *expr.Program {
	if source == "" {
		return nil
	}

	program, err := expr.Compile(source)
	if err != nil {
		c.add(field, err.Error(), `an expression is jq, such as {op: "subscribe", args: $symbols}`)

		return nil
	}

	c.sources = append(c.sources, source)

	return program
}

// plan compiles everything but URLs and headers.
func (c *compiler) plan(d spec.Definition, symbols []spec.Symbol, veil reading.Veil) *plan {
	st := &d.Stream
	p := &plan{
		secrets: make(map[string]string, len(d.Secrets)), symbols: make(map[messages.Instrument]spec.Symbol, len(symbols)),
		veil: veil, tree: treeOptions(st.Parse), merge: st.Merge, order: st.Order, choose: st.Parse.Choose, frames: st.Frames,
		maxFrame: orDefault(st.MaxFrame, defaultMaxFrame), silence: orDefault(st.Silence, defaultSilence),
	}

	p.login = loginPlan{
		after: c.expression("login.after", st.Login.After), send: c.expression("login.send", st.Login.Send),
		done: c.expression("login.done", st.Login.Done), within: orDefault(st.Login.Within, defaultWithin),
	}
	p.subscribe = subscribePlan{
		after: c.expression("subscribe.after", st.Subscribe.After), send: c.expression("subscribe.send", st.Subscribe.Send),
		done: c.expression("subscribe.done", st.Subscribe.Done), within: orDefault(st.Subscribe.Within, defaultWithin),
		perMessage: st.Subscribe.PerMessage, pause: st.Subscribe.Pause,
	}
	p.ping = pingPlan{send: c.expression("ping.send", st.Ping.Send), every: st.Ping.Every, idle: st.Ping.Idle}
	p.heartbeat = c.expression("heartbeat", st.Heartbeat)
	p.counter = c.expression("counter", st.Counter)
	p.remember = c.expression("remember", st.Remember)

	for i, r := range st.Replies {
		at := "replies[" + strconv.Itoa(i) + "]."
		p.replies = append(p.replies, replyPlan{when: c.expression(at+"when", r.When), send: c.expression(at+"send", r.Send)})
	}

	for _, text := range st.Ignore {
		p.ignored = append(p.ignored, []byte(strings.TrimSpace(text)))
	}

	c.reader(d, p)

	for i := range symbols {
		p.symbols[symbols[i].Instrument] = symbols[i]
	}

	for name, value := range d.Secrets {
		p.secrets[name] = value.Reveal()
	}

	return p
}

// reader compiles how messages are read: the stream's own rules come before the definition's.
func (c *compiler) reader(d spec.Definition, p *plan) {
	rules := slices.Concat(d.Stream.Rules, d.Errors)

	reader, problems := reading.Compile(d.Stream.Parse, rules, p.veil)
	p.reader = reader

	for _, problem := range problems {
		// The definition's own rules are checked where they stand.
		if at, isRule := ruleIndex(problem.Field); isRule && at >= len(d.Stream.Rules) {
			continue
		}

		problem.Field = "stream." + problem.Field
		c.problems = append(c.problems, problem)
	}

	c.sources = append(c.sources, d.Stream.Parse.JQ)

	for _, rule := range rules {
		c.sources = append(c.sources, rule.When, rule.Symbol, rule.Detail)
		p.wantsText = p.wantsText || rule.Text != ""
	}

	p.wantsText = p.wantsText || slices.ContainsFunc(c.sources, func(source string) bool { return strings.Contains(source, "$text") })
}

// ruleIndex reads the number in a field such as errors[3].when.
func ruleIndex(field string) (int, bool) {
	rest, isRule := strings.CutPrefix(field, "errors[")
	number, _, closed := strings.Cut(rest, "]")
	at, err := strconv.Atoi(number)

	return at, isRule && closed && err == nil
}
