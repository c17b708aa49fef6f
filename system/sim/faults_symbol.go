package sim

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// symbolFaults answer for other instruments than those asked for.
func symbolFaults() []entry {
	return []entry{
		{kind: HalfSymbols, help: "leaves out every second instrument", edit: halfSymbols},
		{kind: WrongSymbols, help: "answers for instruments nobody asked for", edit: each(func(q *quote, _ Fault) { q.symbol = jsonText("WRONG-" + bare(q.symbol)) })},
		{kind: ExtraSymbols, options: "size", initial: Fault{Size: 1e6}, help: "adds this many instruments nobody asked for", act: extraSymbols},
		{kind: HostileSymbols, help: "adds instruments whose names attack pages, logs, files and databases", edit: hostileSymbols},
		{kind: InvalidUTF8, help: "has symbols that are not UTF-8", edit: each(func(q *quote, _ Fault) { q.symbol = "\"\xff\xfe" + bare(q.symbol) + "\xc3\"" })},
		{
			kind: LongSymbol, options: "size", initial: Fault{Size: 1e6}, most: inMemory, help: "adds an instrument with a name of this many bytes",
			edit: func(x *exchange, f Fault) { x.add(jsonText(strings.Repeat("A", int(f.Size)))) },
		},
	}
}

// stampFaults give time stamps that are wrong.
func stampFaults() []entry {
	hour := Fault{Delay: time.Hour}

	return []entry{
		{kind: Time, options: "body", initial: Fault{Body: "null"}, help: "puts this raw text where each time stamp was", edit: stamped(func(f Fault) string { return f.Body })},
		{kind: Stale, options: "delay", initial: hour, help: "is this far behind the clock", edit: stamped(func(f Fault) string { return jsonTime(time.Now().Add(-f.Delay)) })},
		{kind: Future, options: "delay", initial: hour, help: "is this far ahead of the clock", edit: stamped(func(f Fault) string { return jsonTime(time.Now().Add(f.Delay)) })},
		{kind: ZeroTime, help: "has the beginning of 1970 for time stamps", edit: stamped(func(Fault) string { return jsonTime(time.Unix(0, 0)) })},
		{kind: UnixSeconds, help: "has seconds since 1970 for time stamps", edit: stamped(func(Fault) string { return strconv.FormatInt(time.Now().Unix(), 10) })},
	}
}

func stamped(stamp func(f Fault) string) action {
	return each(func(q *quote, f Fault) { q.at = stamp(f) })
}

// bare takes the quotation marks off a JSON string.
func bare(text string) string { return strings.Trim(text, `"`) }

func halfSymbols(x *exchange, _ Fault) {
	kept := x.quotes[:0]

	for i, q := range x.quotes {
		if i%2 == 0 {
			kept = append(kept, q)
		}
	}

	x.quotes = kept
}

// add appends a quote under another symbol, given as raw JSON.
func (x *exchange) add(symbol string) {
	x.quotes = append(x.quotes, quote{symbol: symbol, price: "1.00", bid: "0.99", ask: "1.01", at: jsonTime(time.Now())})
}

func extraSymbols(x *exchange, f Fault) {
	x.begin(http.StatusOK, jsonType, -1)
	x.write(quotesHead)

	for _, q := range x.quotes {
		x.write(q.String() + ",")
	}

	extra := quote{price: "1.00", bid: "0.99", ask: "1.01", at: jsonTime(time.Now())}

	for i := range f.Size {
		if i > 0 {
			x.write(",")
		}

		extra.symbol = `"EXTRA` + strconv.FormatInt(i, 10) + `"`
		x.write(extra.String())
	}

	x.write(quotesTail)
}

func hostileSymbols(x *exchange, _ Fault) {
	for _, symbol := range []string{
		"<script>alert(1)</script>", "A\r\n\x1b[31mred", "=1+1", "{label=\"x\"}\n", "data: x\n\n", "'; DROP TABLE quotes; --", "../../etc/passwd",
		"__proto__", "a.*.>", "nul\x00byte", "\u202egnp.exe",
	} {
		x.add(jsonText(symbol))
	}
}
