package vendors_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/vendors"
	"github.com/rollcall-go/rollcall/messages"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// half makes every delay three quarters of its nominal length.
func half() float64 { return 0.5 }

// TestSupervision is a set of conversations with the supervision of two vendors, a and b, and whoever joins them.
func TestSupervision(t *testing.T) {
	t.Parallel()

	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()

		var core *vendors.Core

		now := noon

		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()

			if d.HasArg("t") {
				now = noon.Add(duration(t, d, "t"))
			}

			var lines []string

			switch d.Cmd {
			case "new":
				core = vendors.NewCore(vendors.Settings{Uniform: half}, "a", "b")
				lines = core.Begin(now)
			case "begin":
				lines = core.Begin(now)
			case "crash":
				p := &actors.Panic{Value: "index out of range", Message: "*x.Y", Stack: []byte("main.go:1")}
				lines = core.Crashed(vendorArg(t, d), p, now)
			case "due":
				lines = core.Due(vendorArg(t, d), uint64(integer(t, d, "try")), now)
			case "recovered":
				var vendor string

				d.ScanArgs(t, "vendor", &vendor)

				lines = core.Recovered(&messages.FetcherRecovered{Vendor: messages.Vendor(vendor), Settled: d.HasArg("settled")}, now)
			case "lost":
				for vendor := range strings.FieldsSeq(d.Input) {
					lines = append(lines, core.Unreachable(messages.Vendor(vendor), now)...)
				}
			case "back":
				for vendor := range strings.FieldsSeq(d.Input) {
					lines = append(lines, core.Reachable(messages.Vendor(vendor))...)
				}
			case "looked":
				lines = core.Looked(now)
			case "uplink":
				status := core.Uplink(now)
				lines = append(lines, fmt.Sprintf("down %t, %d of %d fail", status.Down, status.Failing, status.Vendors))
			case "reconfigure":
				lines = core.Reconfigure(strings.Fields(d.Input)...)
			case "introduce":
				lines = core.Introduce(now)
			case "pause", "resume", "restart":
				lines = core.Steer(d.Cmd, vendorArg(t, d), now)
			case "describe":
				for _, v := range core.Describe().Vendors {
					lines = append(lines, fmt.Sprintf("%s is %s, restarts %d, waits %t", v.Vendor, v.State, v.Restarts, !v.NextTry.IsZero()))
				}
			default:
				t.Fatalf("unknown command %s", d.Cmd)
			}

			if len(lines) == 0 {
				return "-\n"
			}

			return strings.Join(lines, "\n") + "\n"
		})
	})
}

// TestNobodyIsGivenUp: whatever happens, a vendor either is asked or has a time at which it is tried again, no later than in a quarter of
// an hour; and no minute sees more restarts than are allowed (V01).
func TestNobodyIsGivenUp(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		core := vendors.NewCore(vendors.Settings{Uniform: half}, "a")
		now := noon
		try := uint64(0)

		var restarts []time.Time

		for range rapid.IntRange(1, 60).Draw(t, "events") {
			status := core.Describe().Vendors[0]
			now = now.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms")) * time.Millisecond)

			if !status.State.Asked() {
				require.LessOrEqual(t, status.NextTry.Sub(now), 15*time.Minute)

				now = status.NextTry
				try++
				require.NotEmpty(t, core.Due("a", try, now))

				restarts = append(restarts, now)

				continue
			}

			require.True(t, status.NextTry.IsZero())

			if rapid.Bool().Draw(t, "crash") {
				core.Crashed("a", &actors.Panic{Value: "bug"}, now)
			} else {
				core.Recovered(&messages.FetcherRecovered{Vendor: "a", Settled: rapid.Bool().Draw(t, "settled")}, now)
			}
		}

		for i := 6; i < len(restarts); i++ {
			assert.Greater(t, restarts[i].Sub(restarts[i-6]), time.Minute)
		}

		assert.Equal(t, len(restarts), core.Describe().Vendors[0].Restarts)
	})
}

func duration(t *testing.T, d *datadriven.TestData, key string) time.Duration {
	t.Helper()

	var text string

	d.ScanArgs(t, key, &text)

	parsed, err := time.ParseDuration(text)
	require.NoError(t, err)

	return parsed
}

func vendorArg(t *testing.T, d *datadriven.TestData) messages.Vendor {
	t.Helper()

	var name string

	d.ScanArgs(t, "v", &name)

	return messages.Vendor(name)
}

func integer(t *testing.T, d *datadriven.TestData, key string) int {
	t.Helper()

	var n int

	d.ScanArgs(t, key, &n)

	return n
}
