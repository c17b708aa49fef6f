package system

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// Difference is what a Reload changes, each list in configured order.
type Difference struct {
	Added    []messages.Vendor
	Removed  []messages.Vendor
	Replaced []messages.Vendor // other settings or another source: it gets another fetcher
	Kept     []messages.Vendor // not touched: the fetcher, its connections and how it stands
	// Rounds says that the schedule, the deadline, the carrying of prices, what prices are held against, or the order of the vendors changed.
	Rounds bool
}

// Empty reports whether nothing changes.
func (d *Difference) Empty() bool {
	return len(d.Added)+len(d.Removed)+len(d.Replaced) == 0 && !d.Rounds
}

// String says it in one line, such as "added kraken; kept 15".
func (d *Difference) String() string {
	var parts []string

	for _, field := range d.fields() {
		parts = append(parts, field.Name+" "+field.Value)
	}

	return strings.Join(parts, "; ")
}

// maxNamed is how many vendors of a list are named in a text.
const maxNamed = 20

// fields are what the record says.
func (d *Difference) fields() []messages.Field {
	var fields []messages.Field

	for _, list := range []struct {
		name    string
		vendors []messages.Vendor
	}{{"added", d.Added}, {"removed", d.Removed}, {"replaced", d.Replaced}} {
		if len(list.vendors) > 0 {
			fields = append(fields, messages.Field{Name: list.name, Value: named(list.vendors)})
		}
	}

	if d.Rounds {
		fields = append(fields, messages.Field{Name: "rounds", Value: "changed"})
	}

	return append(fields, messages.Field{Name: "kept", Value: strconv.Itoa(len(d.Kept))})
}

func named(vendors []messages.Vendor) string {
	var text strings.Builder

	for i, vendor := range vendors[:min(len(vendors), maxNamed)] {
		if i > 0 {
			text.WriteByte(' ')
		}

		text.WriteString(string(vendor))
	}

	if more := len(vendors) - maxNamed; more > 0 {
		text.WriteString(" and " + strconv.Itoa(more) + " more")
	}

	return text.String()
}

// compare says what changes from one plan to another.
func compare(from, to *Settings) *Difference {
	d := &Difference{}
	before := make(map[messages.Vendor]*Vendor, len(from.Vendors))
	after := make(map[messages.Vendor]bool, len(to.Vendors))

	for i := range from.Vendors {
		before[from.Vendors[i].Name] = &from.Vendors[i]
	}

	for i := range to.Vendors {
		v := &to.Vendors[i]
		after[v.Name] = true

		switch old := before[v.Name]; {
		case old == nil:
			d.Added = append(d.Added, v.Name)
		case old.same(v):
			d.Kept = append(d.Kept, v.Name)
			d.Rounds = d.Rounds || old.Checks != v.Checks
		default:
			d.Replaced = append(d.Replaced, v.Name)
		}
	}

	for i := range from.Vendors {
		if name := from.Vendors[i].Name; !after[name] {
			d.Removed = append(d.Removed, name)
		}
	}

	d.Rounds = d.Rounds || from.Every != to.Every || from.Deadline != to.Deadline || from.Carry != to.Carry || reordered(from.Vendors, to.Vendors, before, after)

	return d
}

// reordered reports whether the vendors that are in both plans stand in another order: it decides whose price counts.
func reordered(from, to []Vendor, before map[messages.Vendor]*Vendor, after map[messages.Vendor]bool) bool {
	var was, is []messages.Vendor

	for i := range from {
		if after[from[i].Name] {
			was = append(was, from[i].Name)
		}
	}

	for i := range to {
		if before[to[i].Name] != nil {
			is = append(is, to[i].Name)
		}
	}

	return !slices.Equal(was, is)
}

// same reports whether a vendor may keep its fetcher. Every field but Checks counts, whichever there will be: what stands behind an interface or a
// pointer by its identity, unless both vendors have one version; anything else by its value.
func (v *Vendor) same(other *Vendor) bool {
	versioned := v.Version != "" && v.Version == other.Version
	unchecked := *other
	unchecked.Checks = v.Checks
	a, b := reflect.ValueOf(v).Elem(), reflect.ValueOf(&unchecked).Elem()

	for i := range a.NumField() {
		if !sameField(a.Field(i), b.Field(i), versioned) {
			return false
		}
	}

	return true
}

func sameField(a, b reflect.Value, versioned bool) bool {
	switch a.Kind() {
	case reflect.Interface, reflect.Pointer:
		if versioned || a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}

		return a.Comparable() && b.Comparable() && a.Equal(b)
	default:
		return reflect.DeepEqual(a.Interface(), b.Interface())
	}
}
