package feed

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
	"github.com/rollcall-go/rollcall/system/feed/template"
)

// Words and limits of a definition. The limits are far above what vendors need and keep mistakes cheap.
const (
	creditsPerSymbol = "symbol"

	maxCredits = 1_000_000
	maxServers = 16
)

// Check returns every mistake in a definition: those of the first endpoint, the other endpoints, the symbols, and the rest, then those of the
// client and of the stream. None means that New accepts it, except for files it cannot read.
func Check(d Definition) []FieldError {
	_, problems := compile(d)

	return problems
}

// compiled is a definition made ready.
type compiled struct {
	endpoints   map[string]*endpoint
	planner     *planner
	whole       *plan // of all symbols; nil if there are mistakes
	credentials *credentials
	standIns    []*origin
	at          *origin
	listing     *symbolList
	veil        reading.Veil
}

func compile(d Definition) (*compiled, []FieldError) {
	c := &compiled{endpoints: make(map[string]*endpoint, 1+len(d.Endpoints)), veil: newVeil(d)}

	problems := c.compileEndpoints(d)

	symbols, mistakes := template.Resolve(d)
	problems = append(problems, mistakes...)
	c.planner = newPlanner(symbols, c.endpoints)

	if len(problems) == 0 {
		problems = c.checkBatches(d)
	}

	c.credentials, mistakes = compileAuth(d.Auth, d.Secrets)
	problems = append(problems, mistakes...)
	c.listing, mistakes = compileListing(d, c.veil)
	problems = append(problems, mistakes...)
	problems = append(problems, c.compilePlaces(d)...)
	problems = append(problems, checkBudget(d)...)
	problems = append(problems, client.Check(d.Client)...)

	if d.Stream.URL != "" {
		problems = append(problems, streaming.Check(d)...)
	}

	return c, once(problems)
}

// once leaves out mistakes that two parts have found.
func once(problems []FieldError) []FieldError {
	seen := make(map[FieldError]bool, len(problems))

	return slices.DeleteFunc(problems, func(problem FieldError) bool {
		twice := seen[problem]
		seen[problem] = true

		return twice
	})
}

// compileEndpoints makes the endpoints. A vendor that pushes needs none; any other needs the first one, unless each symbol names another.
func (c *compiled) compileEndpoints(d Definition) []FieldError {
	var problems []FieldError

	add := func(name, prefix string, e spec.Endpoint) {
		made, mistakes := compileEndpoint(d, name, prefix, e, c.veil)
		problems = append(problems, mistakes...)
		c.endpoints[name] = made
	}

	if d.URL != "" || (d.Stream.URL == "" && needsFirst(d)) {
		add("", "", d.Endpoint)
	}

	for _, name := range slices.Sorted(maps.Keys(d.Endpoints)) {
		add(name, "endpoints."+name+".", d.Endpoints[name])
	}

	return problems
}

func needsFirst(d Definition) bool {
	return len(d.Symbols) == 0 || slices.ContainsFunc(d.Symbols, func(symbol Symbol) bool { return symbol.Endpoint == "" })
}

// checkBatches finds requests that cannot be sent, and answers that could not be told apart. Everything else is right by then.
func (c *compiled) checkBatches(d Definition) []FieldError {
	var problems []FieldError

	instruments := make([]messages.Instrument, len(c.planner.symbols))
	count := make(map[string]int, len(c.endpoints))

	for i := range c.planner.symbols {
		instruments[i] = c.planner.symbols[i].Instrument
		count[c.planner.symbols[i].Endpoint]++
	}

	c.whole = c.planner.plan(instruments, time.Now())
	long, keys := make(map[string]bool), make(map[string]int)

	for _, b := range c.whole.batches {
		keys[b.endpoint.name] = max(keys[b.endpoint.name], b.targets.Keys())
		text, err := b.endpoint.request.URL(&template.Values{Targets: b.symbols, Secrets: d.Secrets, Now: time.Now()})
		long[b.endpoint.name] = long[b.endpoint.name] || err == nil && len(text) > maxRequestURL
	}

	for name, made := range c.endpoints {
		prefix, e := "", d.Endpoint
		if name != "" {
			prefix, e = "endpoints."+name+".", d.Endpoints[name]
		}

		problems = append(problems, checkAlone(prefix, e, made, count[name])...)
		problems = append(problems, checkKeyless(prefix, made, keys[name])...)

		if long[name] {
			problems = append(problems, FieldError{
				Field: prefix + "batch", Problem: "makes a URL longer than " + strconv.Itoa(maxRequestURL) + " bytes", Suggestion: "ask for fewer symbols at once",
			})
		}
	}

	slices.SortFunc(problems, func(a, b FieldError) int { return compareFields(a.Field, b.Field) })

	return problems
}

func compareFields(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// compilePlaces reads where requests go instead of the URLs' own hosts.
func (c *compiled) compilePlaces(d Definition) []FieldError {
	var problems []FieldError

	if len(d.Servers) > maxServers {
		problems = append(problems, FieldError{Field: "servers", Problem: "has more than " + strconv.Itoa(maxServers) + " servers"})
	}

	for i, text := range d.Servers {
		standIn, problem := parseOrigin(text, false)
		if problem != "" {
			problems = append(problems, FieldError{Field: "servers[" + strconv.Itoa(i) + "]", Problem: problem, Suggestion: "write it as https://host"})
		}

		c.standIns = append(c.standIns, standIn)
	}

	if d.At == "" {
		return problems
	}

	var problem string
	if c.at, problem = parseOrigin(d.At, true); problem != "" {
		problems = append(problems, FieldError{Field: "at", Problem: problem, Suggestion: "write it as http://host:port/prefix"})
	}

	c.standIns = nil // everything goes to one place

	return problems
}

func checkBudget(d Definition) []FieldError {
	var problems []FieldError

	if d.Credits < 0 || d.Credits > maxCredits {
		problems = append(problems, FieldError{Field: "credits", Problem: "is outside 1 … " + strconv.Itoa(maxCredits)})
	}

	if d.CreditsPer != "" && d.CreditsPer != "request" && d.CreditsPer != creditsPerSymbol {
		problems = append(problems, FieldError{Field: "credits_per", Problem: "is neither request nor symbol"})
	}

	if d.RateHeaders.Limit < 0 {
		problems = append(problems, FieldError{Field: "rate_headers.limit", Problem: "is negative"})
	}

	headers := []struct{ field, name string }{
		{"remaining", d.RateHeaders.Remaining}, {"used", d.RateHeaders.Used}, {"reset", d.RateHeaders.Reset},
	}

	for _, h := range headers {
		if problem, suggestion := template.HeaderProblem(h.name); h.name != "" && problem != "" && suggestion != "leave it out" {
			problems = append(problems, FieldError{Field: "rate_headers." + h.field, Problem: problem, Suggestion: suggestion})
		}
	}

	return problems
}
