package sim_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

func TestSampleLoads(t *testing.T) {
	assert.LessOrEqual(t, strings.Count(sim.Sample, "\n"), 25)

	settings, err := sim.Load([]byte(sim.Sample), "sim.yaml")
	require.NoError(t, err)

	recorded := settings.Vendors[2]
	assert.Equal(t, "kraken", recorded.Name)
	assert.Equal(t, "crypto", recorded.Class)
	assert.Equal(t, []sim.Fault{{Kind: sim.RateLimited, RetryAfter: 17 * time.Second, Every: 10}}, recorded.Faults)
	assert.Equal(t, "kraken", recorded.Play.Recording.Use)
	assert.NotEmpty(t, recorded.Play.Answers)

	settings.Vendors = settings.Vendors[:2]
	assert.Equal(t, sim.Settings{
		Listen: "127.0.0.1:9090", Seed: 1,
		Vendors: []sim.Vendor{
			{
				Name: "equities", Class: "equities", Latency: 200 * time.Millisecond, Jitter: 50 * time.Millisecond, Walk: "200ppm",
				Instruments: []sim.Instrument{{Symbol: "AAPL", Start: "185.20"}, {Symbol: "MSFT", Start: "412.75", Step: "0.05"}},
				Faults: []sim.Fault{
					{Kind: sim.Status, Status: 503, Every: 10},
					{Kind: sim.Stale, Delay: 10 * time.Minute, Chance: 0.05},
				},
			},
			{
				Name: "forex", Class: "forex",
				Instruments: []sim.Instrument{{Symbol: "EUR/USD", Start: "1.08450"}, {Symbol: "USD/JPY", Start: "154.320"}},
				Faults:      []sim.Fault{{Kind: sim.Hang, After: time.Minute, For: 30 * time.Second}},
			},
		},
	}, settings)

	settings.Listen = ""
	assert.Empty(t, newRig(t, settings).Requests("forex"))
}

func TestLoadKeepsOddSymbolsAndDigits(t *testing.T) {
	settings, err := sim.Load([]byte("vendors:\n  1.10:\n    instruments: {0700: 1.10, TRUE: 0.00100, \"~\": 12_}\n"), "f")
	require.ErrorContains(t, err, `instrument "~": start "12_"`)
	assert.Empty(t, settings)

	settings, err = sim.Load([]byte("vendors:\n  1.10:\n    instruments: {0700: 1.10, TRUE: 0.00100}\n"), "f")
	require.NoError(t, err)
	assert.Equal(t, "1.10", settings.Vendors[0].Name)
	assert.Equal(t, []sim.Instrument{{Symbol: "0700", Start: "1.10"}, {Symbol: "TRUE", Start: "0.00100"}}, settings.Vendors[0].Instruments)
}

func TestLoadNamesEveryMistakeAndItsPlace(t *testing.T) { // C01, C02, C03
	for _, c := range []struct{ text, want string }{
		{"", "sim.yaml:1:1: "},
		{"[]", "sim.yaml:1:1: "},
		{"vendors: 3", "sim.yaml:1:10: vendors: not a mapping of names"},
		{"vendors: {}", "sim.yaml:1:10: no vendors"},
		{"vendors:\n\t- x", "sim.yaml:2:"},
		{"port: 3\nvendors: {a: {instruments: {A: 1}}}", "sim.yaml:1:1: field port not found"},
		{"seed: -1\nvendors: {a: {instruments: {A: 1}}}", "sim.yaml:1:7: "},
		{"vendors:\n  a:\n    klass: x\n    instruments: {A: 1}", "sim.yaml:3:5: field klass not found"},
		{"vendors:\n  a:\n    latency: 5\n    instruments: {A: 1}", `sim.yaml:3:14: latency: "5" is not a duration`},
		{"vendors:\n  a:\n    jitter: -5s\n    instruments: {A: 1}", `sim.yaml:3:13: jitter: "-5s" is not a duration`},
		{"vendors:\n  a:\n    class: x", `sim.yaml:2:3: vendor "a" has no instruments, and nothing to play`},
		{"vendors:\n  a:", `sim.yaml:2:3: vendor "a" has no instruments`},
		{"vendors:\n  a: {instruments: {A: 1}}\n  a: {instruments: {A: 1}}", "sim.yaml:3:3: "},
		{"vendors:\n  a: {instruments: {A: 1,\n     A: 2}}", "sim.yaml:3:6: "},
		{"vendors:\n  a:\n    instruments:\n      A: zero", `sim.yaml:4:10: instrument "A": start "zero"`},
		{"vendors:\n  a:\n    instruments:\n      A: {start: 1, stop: 2}", "sim.yaml:4:21: field stop not found"},
		{"vendors:\n  a:\n    walk: 9%\n    instruments: {A: 1}", `sim.yaml:4:22: instrument "A": step "9%"`},
		{"vendors:\n  a:\n    instruments: {A: 1}\n    faults:\n      - status=503\n      - hnag", `sim.yaml:6:9: unknown fault "hnag"`},
		{"vendors:\n  a: {play: krakn}", `sim.yaml:2:13: play: no such shipped definition: "krakn"; there are alpaca, `},
		{"vendors:\n  a: {play: [kraken]}", "sim.yaml:2:13: play: not a definition, such as kraken or ./mine.yaml"},
		{"vendors:\n  a: {play: ''}", "sim.yaml:2:13: play: not a definition"},
		{"vendors:\n  a: {play: ./nowhere.yaml}", "sim.yaml:2:13: play: definition: open nowhere.yaml: no such file"},
		{"vendors:\n  a: {play: 'kraken:sometimes'}", `sim.yaml:2:13: play: the examples of kraken are "quotes"`},
		{"vendors:\n  a: {play: kraken, walk: 5ppm}", "sim.yaml:2:27: walk: a vendor that plays has its prices from the recording"},
		{"vendors:\n  a: {play: kraken, instruments: {A: 1}}", "sim.yaml:2:34: instruments: a vendor that plays"},
		{"vendors:\n  a: {play: kraken, faults: [hang, zero-price]}", "sim.yaml:2:36: fault zero-price: needs prices that walk, not recorded ones"},
		{"vendors:\n  a: {play: kraken, faults: [ws-drop]}", "sim.yaml:2:30: fault ws-drop: needs a vendor that pushes"},
		{"vendors:\n  a: {instruments: {A: 1}, faults: [ws-drop]}", "sim.yaml:2:37: fault ws-drop: needs a vendor that pushes"},
		{"vendors:\n  \"\": {instruments: {A: 1}}", "no name"},
	} {
		_, err := sim.Load([]byte(c.text), "sim.yaml")
		require.ErrorContains(t, err, c.want, c.text)
		assert.NotContains(t, err.Error(), "libyaml")
	}
}

func TestLoadListsAllMistakesAtOnce(t *testing.T) { // C02
	_, err := sim.Load([]byte("vendors:\n  a:\n    latency: x\n    colour: red\n    instruments: {A: -1}\n    faults: [hnag, 7]"), "f")

	for _, part := range []string{"f:3:14:", "f:4:5:", "f:5:22:", "f:6:14:", "f:6:20:"} {
		require.ErrorContains(t, err, part)
	}
}

func TestLoadFollowsAliases(t *testing.T) {
	settings, err := sim.Load([]byte("vendors:\n  a: {instruments: &all {A: 1.0}, faults: [&f hang]}\n  b: {instruments: *all, faults: [*f]}\n"), "f")
	require.NoError(t, err)
	assert.Equal(t, settings.Vendors[0].Instruments, settings.Vendors[1].Instruments)
	assert.Equal(t, settings.Vendors[0].Faults, settings.Vendors[1].Faults)
}

// A definition's file is found beside that of the settings, and a vendor may have a name of its own.
func TestLoadPlaysDefinitions(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(`
class: test
url: https://mine.example/{symbol}
parse: {price: p}
examples:
  - {name: quotes, symbols: [A], answers: [{body: '{"p":1}'}], expect: [{instrument: A, price: '1', flags: [untimed]}]}
  - {name: too many, answers: [{status: 429}], outcome: rate_limited}
`), 0o600))

	settings, err := sim.Load([]byte(`
listen: 127.0.0.1:0
vendors:
  good: {play: ./mine.yaml, class: mine, latency: 1ms}
  bad: {play: 'mine.yaml:too many', faults: [hang after=1h]}
`), filepath.Join(dir, "sim.yaml"))
	require.NoError(t, err)

	server := newRig(t, settings)

	for name, want := range map[string]int{"good": http.StatusOK, "bad": http.StatusTooManyRequests} {
		response, err := http.Get(server.VendorURL(name) + "/A")
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, want, response.StatusCode)
	}

	assert.Equal(t, "mine", settings.Vendors[0].Class)
	assert.Equal(t, "test", settings.Vendors[1].Class)

	_, err = sim.Load([]byte("vendors: {a: {play: ./bad.yaml}}"), filepath.Join(dir, "sim.yaml"))
	require.ErrorContains(t, err, "bad.yaml: no such file")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.yaml"), []byte("class: test\nexamples: [{nme: x}]\n"), 0o600))
	_, err = sim.Load([]byte("vendors: {a: {play: ./bad.yaml}}"), filepath.Join(dir, "sim.yaml"))
	require.ErrorContains(t, err, "sim.yaml:1:21: play: ")
	require.ErrorContains(t, err, "bad.yaml:2:")
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(sim.Sample))
	f.Add([]byte("vendors: &a {a: {instruments: {A: 1}}, b: *a}"))
	f.Add([]byte("a: &a [x]\nvendors: *a"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = sim.Load(data, "f")
	})
}
