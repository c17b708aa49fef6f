package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// checkLimits completes and checks the vendor's budget.
func (d *decoder) checkLimits(at place, e entry, vendor *Vendor) {
	limits, path := &vendor.Limits, at.key("limits")
	node := find(e.value, "limits")

	if node == e.value || d.bad[path.path] || slices.ContainsFunc(fieldsOf(reflect.ValueOf(*limits)), func(f field) bool {
		return d.bad[path.key(f.name).path]
	}) {
		return
	}

	missing := func(key, because string) {
		d.mistakeAt(node, path.key(key).path, "is required with "+because, example(d.keys[path.key(key).pattern]))
	}

	switch {
	case limits.Requests > 0 && limits.Per == 0:
		missing("per", "requests")
	case limits.Requests == 0 && limits.Per > 0:
		missing("requests", "per")
	case limits.Requests == 0 && limits.Burst > 0:
		missing("requests", "burst")
	case limits.Key != "" && !isName(limits.Key):
		d.mistakeAt(find(node, "key"), path.key("key").path, "cannot be the name of a budget", nameRule)
	case limits.Key == "" && len(limits.Windows()) == 0:
		d.mistakeAt(node, path.path, "has no limit", example(d.keys[path.pattern]))
	}

	if limits.Burst == 0 {
		limits.Burst = limits.Requests
	}

	if limits.Key != "" {
		d.keyed = append(d.keyed, keyed{key: limits.Key, path: path.key("key").path, node: find(node, "key")})
	}
}

// checkKeyed finds budgets with a name to which nobody gives a limit.
func (d *decoder) checkKeyed(vendors []Vendor) {
	limited := make(map[string]bool, len(d.keyed))

	for i := range vendors {
		if limits := vendors[i].Limits; limits.Key != "" && len(limits.Windows()) > 0 {
			limited[limits.Key] = true
		}
	}

	for _, named := range d.keyed {
		if !limited[named.key] && !d.bad[named.path] {
			limited[named.key] = true // once
			d.mistakeAt(named.node, named.path, "is a budget without a limit", "give a limit at one of its vendors, such as per_minute: 8")
		}
	}
}

// checkBudget warns of limits under which the vendor can never be asked completely within its deadline. Where they only do not allow it in
// every round, it is asked less often.
func (d *decoder) checkBudget(at place, e entry, vendor *Vendor) {
	needed := creditsPerRound(vendor)

	for _, window := range vendor.Limits.Windows() {
		within := float64(window.Burst) + float64(window.Credits)*float64(vendor.Deadline)/float64(window.Per)

		if float64(needed) > within {
			d.warnAt(find(e.value, "limits"), at.key("limits").path,
				fmt.Sprintf("asking for all symbols takes %d of the budget, more than it allows within %s", needed, durationText(vendor.Deadline)),
				"expect rate_limited; ask for more symbols in one request")

			return
		}
	}
}

// creditsPerRound is what asking for all symbols takes from the budget.
func creditsPerRound(vendor *Vendor) int {
	symbols, batch, credits := len(vendor.Feed.Symbols), vendor.Feed.Batch, max(1, vendor.Feed.Credits)

	switch {
	case vendor.Feed.URL == "":
		return 0
	case vendor.Feed.CreditsPer == "symbol", strings.Contains(vendor.Feed.URL, "{symbol}"):
		return symbols * credits
	case batch == 0:
		return credits
	default:
		return (symbols + batch - 1) / batch * credits
	}
}
