package reading_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func TestTargets(t *testing.T) {
	t.Parallel()

	var symbols []spec.Symbol
	for _, key := range []string{"b", "a", "c", "b", "a", "b"} {
		symbols = append(symbols, spec.Symbol{Instrument: messages.Instrument(key), VendorSymbol: "of " + key, Key: key})
	}

	targets := reading.NewTargets(symbols)
	assert.Equal(t, 6, targets.Len())
	assert.Equal(t, 3, targets.Keys())

	for key, want := range map[string][]int{"a": {1, 4}, "b": {0, 3, 5}, "c": {2}, "": nil, "aa": nil, "d": nil} {
		assert.Equal(t, want, slices.Collect(targets.All(key)), key)

		first, found := targets.Find(key)
		assert.Equal(t, want != nil, found)

		if found {
			assert.Equal(t, want[0], first)
		}
	}

	for range targets.All("b") {
		break
	}

	assert.Equal(t, []string{"b", "a", "c"}, targets.Vars().Keys)
	assert.Equal(t, []string{"of b", "of a", "of c"}, targets.Vars().Symbols)
	assert.Len(t, targets.Vars().Instruments, 6)

	_, found := reading.NewTargets(nil).Find("a")
	assert.False(t, found)
	assert.Equal(t, 1, reading.NewTargets(symbols[:1]).Keys())
}
