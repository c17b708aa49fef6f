package config

import (
	"reflect"
	"time"

	"go.yaml.in/yaml/v4"
)

// defaultDeadline, defaultMaxBackoff and defaultMaxAge hold unless another key asks for less or more.
const (
	defaultDeadline   = 2 * time.Second
	defaultMaxBackoff = time.Second
	defaultMaxAge     = 5 * time.Minute
)

// config decodes the whole file. The vendors come last, so that the round's settings are there to check theirs against.
func (d *decoder) config(root *yaml.Node, config *Config) {
	d.top, d.round = root, config
	d.value(place{}, root, reflect.ValueOf(config).Elem())

	if find(root, "vendors") == root {
		d.checkRound()
	}

	d.checkKeyed(config.Vendors)
	d.checkHTTP(root, config)
	d.checkTracing(root, &config.Tracing)
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
	completeAge(vendor)
	d.checkLimits(at, e, vendor)
	d.checkSymbols(vendor)
	d.checkClasses(at, vendor)
	d.checkSecrets(at, e, vendor)
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

// completeAge lets the quotes of a vendor that is seldom asked live until the next ones, where the definition does not say how old they may be.
func completeAge(vendor *Vendor) {
	if vendor.MaxAge == 0 {
		vendor.MaxAge = max(defaultMaxAge, 2*vendor.Every)
	}
}

// classAt is the class of an instrument of a vendor: its own, or else the vendor's.
func (d *decoder) classAt(at place, vendor *Vendor, i int) classOf {
	symbol, path := &vendor.Feed.Symbols[i], at.key("class").path

	here := classOf{class: vendor.Class, shown: vendor.Class, vendor: vendor.Name}
	if symbol.Class != "" {
		path = at.key("symbols").path + "." + string(symbol.Instrument) + ".class"
		here.class, here.shown = symbol.Class, symbol.Class
	}

	if written, is := d.written[path]; is {
		here.shown = written
	}

	return here
}

// checkClasses finds instruments that another vendor lists under another class.
func (d *decoder) checkClasses(at place, vendor *Vendor) {
	if d.bad[at.key("class").path] {
		return
	}

	for i := range vendor.Feed.Symbols {
		instrument, listed := vendor.Feed.Symbols[i].Instrument, &d.listed[i]
		here := d.classAt(at, vendor, i)
		first, known := d.classes[instrument]

		switch {
		case !isName(here.class):
			node, path := listed.field("class")
			d.mistakeAt(node, path, "cannot be a class", nameRule)
		case !known:
			d.classes[instrument] = here
		case first.class != here.class:
			d.mistakeAt(listed.node, listed.path, asWritten(listed.node)+" is in class "+quote(here.shown)+" here and in class "+
				quote(first.shown)+" at vendor "+quote(string(first.vendor)), "an instrument has one class")
		}
	}
}
