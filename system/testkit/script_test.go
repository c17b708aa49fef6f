package testkit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/testkit"
)

func TestMistakesInScripts(t *testing.T) {
	t.Parallel()

	settings := system.Settings{Vendors: []system.Vendor{{Name: "forex"}}}

	for text, want := range map[string]string{
		"":                                  "how long it runs is missing, such as 'for 1m'",
		"for ever":                          `line 1: "ever" is not a duration such as 30s`,
		"for -3s":                           `line 1: "-3s" is not a duration`,
		"for 1m\n\nforex hang":              "line 3: write 'VENDOR FROM..TO FAULT'",
		"forex 3s hang":                     `line 1: "3s" is not a time such as 10s..20s`,
		"forex -3s..5s hang":                `line 1: "-3s..5s" is not a time`,
		"forex 3s..3s hang":                 `line 1: "3s..3s" is not a time`,
		"forex 3s..soon hang":               `line 1: "3s..soon" is not a time`,
		"forex 3s.. hnag":                   "line 1: hnag: unknown; there are hang, fail, panic, late, flood and silent",
		"forex 3s.. hang 3s":                "line 1: hang: takes nothing more",
		"forex 3s.. late":                   `line 1: late: "" is not a duration such as 30s`,
		"forex 3s.. late soon":              `line 1: late: "soon" is not a duration`,
		"forex 3s.. fail":                   "line 1: fail: write the outcome",
		"forex 3s.. fail ok":                "line 1: fail: write the outcome",
		"forex 3s.. fail badly":             "line 1: fail: write the outcome",
		"for 1m\ncrypto 3s.. hang # always": `no vendor is called "crypto"`,
	} {
		require.ErrorContains(t, testkit.Prepare(text, settings), want, text)
	}

	require.NoError(t, testkit.Prepare("for 1m # a minute\n\nforex 0s..1m fail timeout no answer", settings))

	err := testkit.Prepare("for ever\nforex 3s.. hnag", settings)
	require.ErrorContains(t, err, "line 1")
	require.ErrorContains(t, err, "line 2", "every mistake at once")
}
