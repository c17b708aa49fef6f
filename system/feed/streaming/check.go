package streaming

import (
	"net/http"
	"net/url"
	"reflect"
	"strconv"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
)

// Check returns every mistake in a definition's stream; none means that New accepts it, except for files it cannot read. A
// definition without a stream has none. The definition's symbols,
// client settings and own errors are checked elsewhere.
func Check(definition spec.Definition) []spec.FieldError {
	if reflect.ValueOf(definition.Stream).IsZero() {
		return nil
	}

	_, problems := compile(definition)

	return problems
}

// compile makes a stream without its client.
func compile(d spec.Definition) (*Stream, []spec.FieldError) {
	c := new(compiler)
	veil := newVeil(d)
	symbols, _ := template.Resolve(d) // its mistakes are those of the symbols

	s := &Stream{
		plan: c.plan(d, symbols, veil), shard: d.Stream.Subscribe.PerConnection, maxAge: d.Stream.MaxAge, thin: orDefault(d.Stream.Thin, defaultThin),
	}

	var problems []spec.FieldError

	s.address, problems = compileAddress(d)
	c.problems = append(c.problems, problems...)

	if s.single = s.address.request.Uses()&singlePlaces != 0; s.single {
		s.shard = 1
	}

	s.bootstrap = c.bootstrap(d)

	checkLimits(c, &d.Stream)
	checkWords(c, &d.Stream)
	checkTogether(c, d, s.address.request.Uses())

	if keys := newGroup(symbols).targets.Keys(); keys > 1 && s.shard != 1 && s.plan.reader.Keyless() {
		c.add("parse.jq", "gives rows without key: nothing says which of "+strconv.Itoa(keys)+" instruments they are of",
			"give the rows a key, or put {symbol} into the URL for a connection each")
	}

	return s, c.problems
}

func (c *compiler) bootstrap(d spec.Definition) *bootstrap {
	b := &d.Stream.Bootstrap

	if b.URL == "" {
		if b.Take != "" || b.Body != "" || b.Method != "" || len(b.Headers) > 0 {
			c.add("bootstrap.url", "is missing", "give the URL that is asked before each connection")
		}

		return nil
	}

	address, problems := compileBootstrap(d)
	c.problems = append(c.problems, problems...)

	switch b.Method {
	case "", http.MethodGet, http.MethodPost, http.MethodPut:
	default:
		c.add("bootstrap.method", "is none of GET, POST and PUT", "leave it out for GET, or POST where there is a body")
	}

	if b.Take == "" {
		c.add("bootstrap.take", "is missing", "an expression that gives an object, such as {token: .data.token}")
	}

	return &bootstrap{address: address, body: c.expression("bootstrap.body", b.Body), take: c.expression("bootstrap.take", b.Take)}
}

// checkWords finds words that mean nothing.
func checkWords(c *compiler, st *spec.Stream) {
	switch st.Frames {
	case "", framesGzip, framesDeflate, framesZlib:
	default:
		c.add("frames", "is no known packing", "one of gzip, deflate and zlib; leave it out where frames are plain")
	}

	switch st.Order {
	case "", orderRising, orderGapless:
	default:
		c.add("order", "is no known order", "rising or gapless")
	}
}

// checkTogether finds parts that cannot mean anything beside the others.
func checkTogether(c *compiler, d spec.Definition, places template.Places) {
	st := &d.Stream
	subscribes := st.Subscribe.Send != ""

	checkHandshake(c, st)

	checkPing(c, st)

	for i, r := range st.Replies {
		at := "replies[" + strconv.Itoa(i) + "]."

		if r.When == "" {
			c.add(at+"when", "is missing", `an expression such as .op == "ping"`)
		}

		if r.Send == "" {
			c.add(at+"send", "is missing", `an expression such as {op: "pong"}`)
		}
	}

	if st.Order == orderGapless && st.Counter == "" && st.Parse.Sequence == "" && st.Parse.JQ == "" {
		c.add("order", "is gapless, but nothing has a sequence number", "give parse.sequence, seq in parse.jq, or counter")
	}

	if !subscribes && places&(template.Batch|singlePlaces) == 0 && st.Subscribe.PerConnection != 0 {
		c.add("subscribe.per_connection", "says how many instruments a connection carries, but nothing says which",
			"give subscribe.send, or put {symbols} into the URL")
	}

	if u, err := url.Parse(d.Stream.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		checkLines(c, st)
	}
}

// checkPing finds pings that nobody says the time of.
func checkPing(c *compiler, st *spec.Stream) {
	every, idle := st.Ping.Every != 0, st.Ping.Idle != 0

	if every && idle || !every && !idle && st.Ping.Send != "" && st.Heartbeat == "" {
		c.add("ping", "needs one of every and idle", "every: 20s pings always, idle: 20s where nothing came for that long")
	}
}

// checkHandshake finds halves of a login or a subscription.
func checkHandshake(c *compiler, st *spec.Stream) {
	if st.Login.Send == "" && (st.Login.After != "" || st.Login.Done != "") {
		c.add("login.send", "is missing", `an expression such as {op: "login", key: $secret.key}`)
	}

	s := &st.Subscribe
	if s.Send == "" && (s.After != "" || s.Done != "" || s.PerMessage != 0 || s.Pause != 0) {
		c.add("subscribe.send", "is missing", `an expression such as {op: "subscribe", args: $symbols}`)
	}
}

// checkLines finds what an HTTP answer cannot do.
func checkLines(c *compiler, st *spec.Stream) {
	const why = "needs a WebSocket: an HTTP answer takes no messages"

	parts := []struct {
		field string
		given bool
	}{
		{"login", st.Login.Send != ""},
		{"subscribe.send", st.Subscribe.Send != ""},
		{"replies", len(st.Replies) > 0},
		{"ping", st.Ping.Send != "" || st.Ping.Every != 0 || st.Ping.Idle != 0},
		{"heartbeat", st.Heartbeat != ""},
		{"frames", st.Frames != ""},
	}

	for _, part := range parts {
		if part.given {
			c.add(part.field, why, "use ws:// or wss://, or leave it out")
		}
	}
}
