package hub //nolint:testpackage // what is kept cannot be seen from outside

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
)

// A07: who comes with ever new wishes for all of a large roster gets them, and takes no more memory than views may.
func TestEverNewWishesAreBounded(t *testing.T) { //nolint:paralleltest // it measures the heap
	const instruments, wishes = 5000, 200

	var shown views

	s := largeRound(t, 1, instruments, 0)
	e := newEntry(s, nil, &shown, new(shelf))

	heap := func() int {
		var stats runtime.MemStats

		runtime.GC()
		runtime.ReadMemStats(&stats)

		return int(stats.HeapAlloc)
	}

	before := heap()

	for i := range wishes {
		lens := NewLens(messages.Selection{Classes: append(s.Roster.Classes(), fmt.Sprint("nothing", i))})
		seen := len(e.Through(lens).Instruments)
		assert.Equal(t, instruments, seen)
	}

	assert.LessOrEqual(t, shown.held, maxViewed)
	assert.Less(t, heap()-before, 2*maxViewed)
	runtime.KeepAlive(e)
}
