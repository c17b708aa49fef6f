package service

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Action is what a reload would do with a vendor.
type Action string

// The actions.
const (
	Starts   Action = "starts"   // it is new
	Stops    Action = "stops"    // it is not there any more
	Replaced Action = "replaced" // it is asked in another way: a new fetcher, new connections
	Keeps    Action = "keeps"    // its fetcher and its connections are not touched
)

// VendorPlan is what a reload would do with one vendor.
type VendorPlan struct {
	Vendor messages.Vendor `json:"vendor"`
	Action Action          `json:"action"`
	// Keys are those that changed, such as url or limits.per_minute; "secrets" where nothing else did. Of a vendor that is kept they are among
	// its checks, which its fetcher does not know.
	Keys []string `json:"keys,omitempty"`
	// Stretched says how often the vendor is asked, and why, where its budget does not allow as often as was wished for.
	Stretched string `json:"stretched,omitempty"`
}

// Change is a key of the whole configuration that changed. A value that is not there is empty.
type Change struct {
	Key  string `json:"key"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Plan is the difference that a reload would make.
type Plan struct {
	Vendors []VendorPlan `json:"vendors"` // in the order of the new configuration; those that stop come last
	Rounds  []Change     `json:"rounds"`  // what changes for every vendor, with the next round, or for whoever asks, at once
	Restart []Change     `json:"restart"` // what cannot change while running: the reload would be refused
	// SecretsUnknown says that changed secrets could not be seen: whoever asks may not read the salt.
	SecretsUnknown bool `json:"secrets_unknown"`
}

// Reload reports whether a reload would be accepted.
func (p *Plan) Reload() bool { return len(p.Restart) == 0 }

// Compare says what reloading a configuration would do to one in force. Neither is changed, and nobody is asked. The error lists every
// definition that does not compile.
func Compare(running *Running, cfg *config.Config) (*Plan, error) {
	crew, err := assemble(cfg, nil, nil)
	if err != nil {
		return nil, err
	}
	defer crew.closeBut(nil)

	next := describe(crew, running.salt)
	plan := &Plan{SecretsUnknown: running.salt == nil}

	if plan.Rounds, plan.Restart, err = compareRounds(running.Rounds, next.Rounds); err != nil {
		return nil, err
	}

	if !plan.SecretsUnknown {
		plan.Rounds = append(plan.Rounds, changedTokens(running.Tokens, next.Tokens)...)
	}

	before := make(map[messages.Vendor]*RunningVendor, len(running.Vendors))
	for i := range running.Vendors {
		before[running.Vendors[i].Vendor] = &running.Vendors[i]
	}

	for i := range next.Vendors {
		v, err := planVendor(before[next.Vendors[i].Vendor], &next.Vendors[i], running.salt != nil)
		if err != nil {
			return nil, err
		}

		if schedule := &crew.schedules[i]; schedule.Stretched || schedule.Never {
			v.Stretched = schedule.Reason
		}

		plan.Vendors = append(plan.Vendors, v)
		delete(before, v.Vendor)
	}

	for _, name := range slices.Sorted(maps.Keys(before)) {
		plan.Vendors = append(plan.Vendors, VendorPlan{Vendor: name, Action: Stops})
	}

	return plan, nil
}

// compareRounds says what changes for every vendor, and what of that needs a restart.
func compareRounds(from, to []byte) (rounds, restart []Change, err error) {
	was, err := flat(from)
	if err != nil {
		return nil, nil, err
	}

	is, err := flat(to)
	if err != nil {
		return nil, nil, err
	}

	rounds, restart = []Change{}, []Change{} // empty lists in JSON

	for _, key := range changed(was, is) {
		change := Change{Key: key, From: was[key], To: is[key]}

		if fixed(key) {
			restart = append(restart, change)
		} else {
			rounds = append(rounds, change)
		}
	}

	return rounds, restart, nil
}

// changedTokens are the tokens that were there before and are others now. What they are is not shown.
func changedTokens(from, to map[string]string) []Change {
	var found []Change

	for _, name := range slices.Sorted(maps.Keys(to)) {
		if before, there := from[name]; there && before != to[name] {
			found = append(found, Change{Key: "http.tokens." + name + ".token", From: secret.Mask, To: "another one"})
		}
	}

	return found
}

// fixed reports whether a key of the whole configuration cannot change while running.
func fixed(key string) bool {
	switch key {
	case "data", "durability", "history.retention", "max_in_flight", "http.listen", "http.max_connections":
		return true
	default:
		return strings.HasPrefix(key, "http.tls.") || strings.HasPrefix(key, "tracing.")
	}
}

// planVendor compares a vendor that will be there with what it was, nil if it was not there. The digests decide, where they can be compared;
// the texts only say what it is.
func planVendor(from, to *RunningVendor, salted bool) (VendorPlan, error) {
	v := VendorPlan{Vendor: to.Vendor, Action: Starts}
	if from == nil {
		return v, nil
	}

	was, err := flat(from.Config)
	if err != nil {
		return v, err
	}

	is, err := flat(to.Config)
	if err != nil {
		return v, err
	}

	v.Action, v.Keys = Replaced, changed(was, is)
	checks, others := splitChecks(v.Keys)

	if salted && from.Digest == to.Digest || !salted && len(others) == 0 {
		v.Action, v.Keys = Keeps, checks
	}

	if from.Budget != to.Budget { // another vendor with the key may have changed it
		v.Action, v.Keys = Replaced, append(v.Keys, "budget")
	}

	if v.Action == Replaced && len(others) == 0 && from.Budget == to.Budget {
		v.Keys = append(v.Keys, "secrets")
	}

	return v, nil
}

// splitChecks tells the keys of what prices are held against from those that the fetcher depends on.
func splitChecks(keys []string) (checks, others []string) {
	for _, key := range keys {
		if strings.HasPrefix(key, "checks.") {
			checks = append(checks, key)
		} else {
			others = append(others, key)
		}
	}

	return checks, others
}

// changed are the keys whose values differ, sorted.
func changed(from, to map[string]string) []string {
	keys := make(map[string]bool)

	for key, value := range from {
		if other, there := to[key]; !there || other != value {
			keys[key] = true
		}
	}

	for key := range to {
		if _, there := from[key]; !there {
			keys[key] = true
		}
	}

	return slices.Sorted(maps.Keys(keys))
}

// flat is JSON as texts by key.
func flat(text []byte) (map[string]string, error) {
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, fmt.Errorf("running configuration: %w", err)
	}

	into := make(map[string]string)
	flatten("", value, into)

	return into, nil
}

// flatten notes the values below a key. A list is one value: its elements have no names.
func flatten(key string, value any, into map[string]string) {
	if members, is := value.(map[string]any); is {
		for name, member := range members {
			below := name
			if key != "" {
				below = key + "." + name
			}

			flatten(below, member, into)
		}

		return
	}

	if text, is := value.(string); is {
		into[key] = text

		return
	}

	text, _ := json.Marshal(value) // it came from JSON

	into[key] = string(text)
}
