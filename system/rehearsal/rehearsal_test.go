package rehearsal_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/rehearsal"
)

// TestMain lets no goroutine outlive the tests, but one of the actor runtime's, which a dead letter keeps for a second.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/asynkron/protoactor-go/actor.NewDeadLetter.NewThrottle.func4.1"))
}

// own reads a definition of testdata.
func own(t *testing.T, name string) (entry *catalog.Entry, use string) {
	t.Helper()

	use, err := filepath.Abs(filepath.Join("testdata", name+".yaml"))
	require.NoError(t, err)

	data, err := os.ReadFile(use)
	require.NoError(t, err)

	entry, err = catalog.Parse(data, use)
	require.NoError(t, err)

	return entry, use
}

func TestOwnDefinitionsKeepTheirPromises(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"polled", "pushed", "both"} {
		entry, use := own(t, name)

		for _, e := range entry.Examples {
			t.Run(name+"/"+e.Name, func(t *testing.T) {
				t.Parallel()

				wrong, err := rehearsal.Run(t.Context(), entry, e, use)
				require.NoError(t, err)
				assert.Empty(t, wrong)
			})
		}
	}
}

// The whole file that docs/vendors.md shows keeps its promises too.
func TestTheFileInTheDocumentation(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile("../../docs/vendors.md")
	require.NoError(t, err)

	_, text, found := strings.Cut(string(page), "```yml\n")
	require.True(t, found)

	text, _, found = strings.Cut(text, "```")
	require.True(t, found)

	use := filepath.Join(t.TempDir(), "ticker.yaml")
	require.NoError(t, os.WriteFile(use, []byte(text), 0o600))

	entry, err := catalog.Parse([]byte(text), use)
	require.NoError(t, err)
	require.Len(t, entry.Examples, 3)

	for _, e := range entry.Examples {
		wrong, err := rehearsal.Run(t.Context(), entry, e, use)
		require.NoError(t, err)
		assert.Empty(t, wrong, e.Name)
	}
}

func TestBrokenPromisesAreNamed(t *testing.T) {
	entry, use := own(t, "polled")

	for _, c := range []struct {
		change func(e *example.Example)
		want   string
	}{
		{func(e *example.Example) { e.Expect[0].Price = "185.2" }, `A: price is "185.20", want "185.2"`},
		{func(e *example.Example) { e.Expect[2].Outcome = "unknown_symbol" }, "C: missing_symbol"},
		{func(e *example.Example) { e.Expect[2].Instrument = "D" }, "D: was not asked for"},
		{func(e *example.Example) { e.Answers[0].For = "elsewhere" }, "the client: no answer fits GET /v1/quotes?"},
		{func(e *example.Example) { e.Outcome = "auth" }, "vendor: partial"},
		{func(e *example.Example) { e.Retry = 1 }, "retry: no failure"},
	} {
		e := entry.Examples[0]
		e.Expect = slices.Clone(e.Expect)
		e.Answers = slices.Clone(e.Answers)
		c.change(&e)

		wrong, err := rehearsal.Run(t.Context(), entry, e, use)
		require.NoError(t, err)
		require.NotEmpty(t, wrong)
		assert.Contains(t, strings.Join(wrong, "\n"), c.want)
	}
}

func TestWhatCannotBeTried(t *testing.T) {
	entry, use := own(t, "polled")

	_, err := rehearsal.Run(t.Context(), entry, entry.Examples[0], use+".yaml")
	require.ErrorContains(t, err, `example "quotes"`)

	broken := entry.Examples[0]
	broken.Answers = nil
	_, err = rehearsal.Run(t.Context(), entry, broken, use)
	require.ErrorContains(t, err, "nothing to play")
}

func TestARehearsalEndsWithItsContext(t *testing.T) {
	entry, use := own(t, "pushed")
	e := entry.Examples[0]
	e.Expect = []example.Quote{{Instrument: "A", Price: "77"}}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	wrong, err := rehearsal.Run(ctx, entry, e, use)
	if err == nil {
		assert.NotEmpty(t, wrong)
	}
}
