package service

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
)

// Action is what a reload would do with a vendor.
type Action string

// The actions.
const (
	Starts   Action = "starts"   // it is new
	Stops    Action = "stops"    // it is not there any more
	Replaced Action = "replaced" // it is asked in another way: a new fetcher, new connections
	Keeps    Action = "keeps"    // nothing happens to it
)

// VendorPlan is what a reload would do with one vendor.
type VendorPlan struct {
	Vendor messages.Vendor `json:"vendor"`
	Action Action          `json:"action"`
	// Keys are those that changed, such as url or limits.per_minute; "secrets" where nothing else did.
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
	Rounds  []Change     `json:"rounds"`  // what changes for every vendor, with the next round
	Restart []Change     `json:"restart"` // what cannot change while running: the reload would be refused
	// SecretsUnknown says that changed secrets could not be seen: whoever asks may not read the salt.
	SecretsUnknown bool `json:"secrets_unknown"`
}

// Reload reports whether a reload would be accepted.
func (p *Plan) Reload() bool { return len(p.Restart) == 0 }

// Compare says what reloading a configuration would do to one in force. Neither is changed, and nobody is asked. The error lists every
// definition that does not compile.
func Compare(running *Running, cfg *config.Config) (*Plan, error) {
	from, err := parseFlat(running.Config)
	if err != nil {
		return nil, err
	}

	crew, err := assemble(cfg, nil, nil)
	if err != nil {
		return nil, err
	}
	defer crew.closeBut(nil)

	next, err := describe(crew, running.salt)
	if err != nil {
		return nil, err
	}

	to, err := parseFlat(next.Config)
	if err != nil {
		return nil, err
	}

	plan := &Plan{Rounds: []Change{}, Restart: []Change{}, SecretsUnknown: running.salt == nil}

	for _, key := range changed(from.rounds, to.rounds) {
		change := Change{Key: key, From: from.rounds[key], To: to.rounds[key]}

		if slices.Contains([]string{"data", "durability", "history.retention", "max_in_flight"}, key) {
			plan.Restart = append(plan.Restart, change)
		} else {
			plan.Rounds = append(plan.Rounds, change)
		}
	}

	for i := range cfg.Vendors {
		name := cfg.Vendors[i].Name
		was, is := from.vendors[name], to.vendors[name]

		if was != nil && running.Budgets[name] != next.Budgets[name] {
			was["budget"], is["budget"] = running.Budgets[name], next.Budgets[name] // another vendor with the key may have changed it
		}

		same := running.Vendors[name] == next.Vendors[name] && was["budget"] == is["budget"]
		v := planVendor(name, was, is, same, running.salt != nil)

		if schedule := &crew.schedules[i]; schedule.Stretched || schedule.Never {
			v.Stretched = schedule.Reason
		}

		plan.Vendors = append(plan.Vendors, v)
	}

	for _, name := range slices.Sorted(maps.Keys(from.vendors)) {
		if to.vendors[name] == nil {
			plan.Vendors = append(plan.Vendors, VendorPlan{Vendor: name, Action: Stops})
		}
	}

	return plan, nil
}

// planVendor compares a vendor that will be there. The digests decide, where they can be compared; the texts only say what it is.
func planVendor(name messages.Vendor, from, to map[string]string, same, salted bool) VendorPlan {
	switch keys := changed(from, to); {
	case from == nil:
		return VendorPlan{Vendor: name, Action: Starts}
	case salted && same, !salted && len(keys) == 0:
		return VendorPlan{Vendor: name, Action: Keeps}
	case len(keys) == 0:
		return VendorPlan{Vendor: name, Action: Replaced, Keys: []string{"secrets"}}
	default:
		return VendorPlan{Vendor: name, Action: Replaced, Keys: keys}
	}
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

// flat is an effective configuration as texts by key.
type flat struct {
	rounds  map[string]string
	vendors map[messages.Vendor]map[string]string
}

func parseFlat(text []byte) (*flat, error) {
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, fmt.Errorf("running configuration: %w", err)
	}

	var vendors map[messages.Vendor]any
	if part, there := whole["vendors"]; there {
		if err := json.Unmarshal(part, &vendors); err != nil {
			return nil, fmt.Errorf("running configuration: vendors: %w", err)
		}
	}

	f := &flat{rounds: make(map[string]string), vendors: make(map[messages.Vendor]map[string]string, len(vendors))}

	for key, part := range whole {
		if key == "vendors" {
			continue
		}

		var value any
		if err := json.Unmarshal(part, &value); err != nil {
			return nil, fmt.Errorf("running configuration: %s: %w", key, err)
		}

		flatten(key, value, f.rounds)
	}

	for name, value := range vendors {
		f.vendors[name] = make(map[string]string)
		flatten("", value, f.vendors[name])
	}

	return f, nil
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
