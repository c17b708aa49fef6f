package service_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

// orderCase is what becomes of messages that are doubled, swapped or lost.
type orderCase struct {
	name, fault string
	gapless     bool   // a number that is missing is a gap
	timed       bool   // the messages have times in place of numbers
	price       string // what counts in the end; empty where the connection is made anew again and again
	dropped     bool   // something older came later
	gaps        bool   // something was missing, and that was seen
}

func orderCases() []orderCase {
	return []orderCase{
		{name: "whole", price: "5"},
		{name: "whole-gapless", gapless: true, price: "5"},
		{name: "twice", fault: "ws-duplicate", price: "5"},
		{name: "twice-gapless", fault: "ws-duplicate", gapless: true, price: "5", dropped: true},
		{name: "twice-timed", fault: "ws-duplicate", timed: true, price: "5"},
		{name: "swapped", fault: "ws-reorder", price: "5", dropped: true},
		{name: "swapped-timed", fault: "ws-reorder", timed: true, price: "5", dropped: true},
		{name: "swapped-gapless", fault: "ws-reorder", gapless: true, gaps: true},
		{name: "lost", fault: "ws-gap", price: "4"}, // rising numbers may leave some out
		{name: "lost-gapless", fault: "ws-gap", gapless: true, gaps: true},
	}
}

// numbered are prices of the first instrument of a vendor, 1 to 5, with rising numbers or times. Behind the answer to the subscription they are
// the odd places of pairs: where these are swapped, the last one that comes is older than the one before.
func numbered(name string, timed bool) []example.Step {
	var steps []example.Step

	for i := 1; i <= 5; i++ {
		mark := fmt.Sprintf(`"seq":%d`, i)
		if timed {
			mark = fmt.Sprintf(`"time":%q`, time.Now().Add(time.Duration(i)*time.Millisecond-time.Second).UTC().Format(time.RFC3339Nano))
		}

		steps = append(steps, example.Step{Server: fmt.Sprintf(`{"quotes":[{"symbol":"%s.A","price":"%d",%s}]}`, name, i, mark)})
	}

	return steps
}

// N26: what is older never replaces what is newer, by number or by time; a gap is counted, and where numbers leave nothing out the
// connection is made anew.
func TestMessagesThatAreDoubledSwappedOrLost(t *testing.T) {
	t.Parallel()

	p := plan{
		every: slower * 200 * time.Millisecond, deadline: slower * 200 * time.Millisecond,
		faults: map[string]string{}, plays: map[string]*sim.Play{}, defined: map[string]string{},
	}

	for _, test := range orderCases() {
		p.vendors = append(p.vendors, test.name)
		p.plays[test.name] = scripted(test.name, numbered(test.name, test.timed)...)
		p.defined[test.name] = strings.Replace(socketVendor(test.name), "silence: 1s", "silence: 20s", 1) // not what is tested here

		if test.fault != "" {
			p.faults[test.name] = test.fault
		}

		if test.gapless {
			p.defined[test.name] = strings.Replace(p.defined[test.name], "silence: 20s", "silence: 20s\n      order: gapless", 1)
		}
	}

	r := newRig(t, p)

	s := r.until(t, r.watch(t), func(s *messages.Snapshot) bool { return settled(t, s) })

	for _, test := range orderCases() {
		stream := streamOf(t, s, test.name)
		price, _ := s.Price(instruments(test.name)[0])

		if test.price != "" {
			assert.Equal(t, test.price, price.Price.Text(), test.name)
		}

		assert.Equal(t, test.gaps, stream.Gaps > 0, "%s: %+v", test.name, stream)
		assert.Equal(t, test.dropped, stream.Dropped > 0, "%s: %+v", test.name, stream)

		if !test.gaps {
			assert.Equal(t, uint64(1), stream.Connects, "%s: %+v", test.name, stream)
		}
	}
}

// settled reports whether everything that must come has come.
func settled(t *testing.T, s *messages.Snapshot) bool {
	t.Helper()

	for _, test := range orderCases() {
		stream := streamOf(t, s, test.name)
		price, _ := s.Price(instruments(test.name)[0])

		if stream.Connects == 0 || test.price != "" && price.Price.Text() != test.price || test.gaps && (stream.Gaps < 2 || stream.Connects < 2) {
			return false
		}
	}

	return true
}
