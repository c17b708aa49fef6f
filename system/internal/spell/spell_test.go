package spell_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/system/internal/spell"
)

func TestNearest(t *testing.T) {
	words := []string{"symbol", "symbols", "key", "deadline", "now"}

	for misspelt, want := range map[string]string{
		"symbls": "symbols", "Symbol": "symbol", "kye": "key", "dedline": "deadline", "wno": "", "nwo": "now",
		"": "", "hunter2": "", strings.Repeat("symbol", 1000): "",
	} {
		assert.Equal(t, want, spell.Nearest(misspelt, words), misspelt)
	}
}
