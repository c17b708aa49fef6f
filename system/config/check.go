package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/feed"
)

// defaultDeadline and defaultMaxBackoff hold unless another key asks for less or more.
const (
	defaultDeadline   = 2 * time.Second
	defaultMaxBackoff = time.Second
)

// config decodes the whole file. The vendors come last, so that the round's settings are there to check theirs against.
func (d *decoder) config(root *yaml.Node, config *Config) {
	d.top, d.round = root, config
	d.value(place{}, root, reflect.ValueOf(config).Elem())

	if find(root, "vendors") == root {
		d.checkRound()
	}
}

// checkRound completes and checks the round's settings as soon as they are decoded.
func (d *decoder) checkRound() {
	round := d.round

	if round.Deadline == 0 && !d.bad["deadline"] {
		round.Deadline = min(defaultDeadline, round.Every)
	}

	if round.Deadline > round.Every && !d.bad["deadline"] && !d.bad["every"] {
		d.mistakeAt(find(d.top, "deadline"), "deadline", durationText(round.Deadline)+" is longer than every: "+durationText(round.Every),
			"at most "+durationText(round.Every)+" is allowed")
	}
}

// checkVendor completes one vendor's settings and checks what no single key can tell.
func (d *decoder) checkVendor(at place, e entry, vendor *Vendor) {
	if !d.bad[at.key("class").path] && !isName(vendor.Class) {
		d.mistakeAt(find(e.value, "class"), at.key("class").path, "cannot be a class", nameRule)
	}

	d.checkDeadline(at, e, vendor)
	d.checkRetry(at, e, vendor)

	if vendor.Limits.Burst == 0 {
		vendor.Limits.Burst = vendor.Limits.Requests
	}

	d.checkClasses(at, vendor)
	d.checkDefinition(at, e, vendor)
	d.checkBudget(at, e, vendor)
}

func (d *decoder) checkDeadline(at place, e entry, vendor *Vendor) {
	path := at.key("deadline").path

	if vendor.Deadline == 0 {
		vendor.Deadline = d.round.Deadline
	}

	if vendor.Deadline > d.round.Deadline && !d.bad[path] && !d.bad["deadline"] && !d.bad["every"] {
		d.mistakeAt(find(e.value, "deadline"), path, durationText(vendor.Deadline)+" is longer than the round's deadline",
			"at most "+durationText(d.round.Deadline)+" is allowed")
	}
}

func (d *decoder) checkRetry(at place, e entry, vendor *Vendor) {
	retry, path := &vendor.Retry, at.key("retry").key("max_backoff").path

	if retry.MaxBackoff == 0 {
		retry.MaxBackoff = max(defaultMaxBackoff, retry.Backoff)
	}

	if retry.MaxBackoff < retry.Backoff && !d.bad[path] && !d.bad[at.key("retry").key("backoff").path] {
		d.mistakeAt(find(e.value, "retry.max_backoff"), path, durationText(retry.MaxBackoff)+" is shorter than backoff",
			"at least "+durationText(retry.Backoff)+" is needed")
	}
}

// checkClasses finds instruments that another vendor lists under another class.
func (d *decoder) checkClasses(at place, vendor *Vendor) {
	if d.bad[at.key("class").path] {
		return
	}

	shownClass := vendor.Class
	if written, is := d.written[at.key("class").path]; is {
		shownClass = written
	}

	for i, symbol := range vendor.Feed.Symbols {
		first, known := d.classes[symbol.Instrument]
		listed := d.listed[i]

		switch {
		case !known:
			d.classes[symbol.Instrument] = classOf{class: vendor.Class, shown: shownClass, vendor: vendor.Name}
		case first.class != vendor.Class:
			d.mistakeAt(listed.node, listed.path, asWritten(listed.node)+" is in class "+quote(shownClass)+" here and in class "+
				quote(first.shown)+" at vendor "+quote(string(first.vendor)), "an instrument has one class")
		}
	}
}

// checkDefinition asks the package that will use the definition. Its messages hold no secrets.
func (d *decoder) checkDefinition(at place, e entry, vendor *Vendor) {
	for _, problem := range feed.Check(vendor.Feed) {
		node, path := d.field(at, e, problem.Field)
		if !d.hasMistake(at, path) {
			d.mistakeAt(node, path, problem.Problem, problem.Suggestion)
		}
	}
}

// field is where a field of the vendor's definition stands: its own value, that of the key above it, or the vendor's name.
func (d *decoder) field(at place, e entry, field string) (node *yaml.Node, path string) {
	var symbol int

	if n, err := fmt.Sscanf(field, "symbols[%d]", &symbol); n == 1 && err == nil && symbol >= 0 && symbol < len(d.listed) {
		return d.listed[symbol].node, d.listed[symbol].path
	}

	node = find(e.value, field)
	if node == e.value {
		node = e.key
	}

	return node, join(at.path, shown(field))
}

// hasMistake reports whether a key of the vendor, or one between it and the vendor, has a mistake already.
func (d *decoder) hasMistake(vendor place, path string) bool {
	for len(path) > len(vendor.path) {
		if d.bad[path] {
			return true
		}

		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}

	return false
}

// checkBudget warns of a rate limit under which the vendor cannot be asked completely in every round.
func (d *decoder) checkBudget(at place, e entry, vendor *Vendor) {
	limits := vendor.Limits
	if limits.Requests == 0 || limits.Per == 0 || d.round.Every == 0 {
		return
	}

	needed := requestsPerRound(vendor)
	refilled := float64(limits.Requests) * float64(d.round.Every) / float64(limits.Per)
	atOnce := float64(limits.Burst) + float64(limits.Requests)*float64(vendor.Deadline)/float64(limits.Per)

	if float64(needed) > refilled || float64(needed) > atOnce {
		d.warnAt(find(e.value, "limits"), at.key("limits").path,
			fmt.Sprintf("a round needs %d requests, more than the budget allows every %s within %s",
				needed, durationText(d.round.Every), durationText(vendor.Deadline)),
			"expect rate_limited; ask for more symbols in one request, or less often")
	}
}

func requestsPerRound(vendor *Vendor) int {
	symbols, batch := len(vendor.Feed.Symbols), vendor.Feed.Batch

	switch {
	case strings.Contains(vendor.Feed.URL, "{symbol}"):
		return symbols
	case batch == 0:
		return 1
	default:
		return (symbols + batch - 1) / batch
	}
}
