package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/rehearsal"
)

// TestMain lets no goroutine outlive the tests, but one of the actor runtime's, which a dead letter keeps for a second.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/asynkron/protoactor-go/actor.NewDeadLetter.NewThrottle.func4.1"))
}

// Every example of every shipped definition: what the vendor was seen to say, over real HTTP or WebSocket, through the client, the reader, the
// actors and a round, comes out as exactly the quotes and outcomes that the definition promises.
func TestContract(t *testing.T) {
	t.Parallel()

	for _, name := range catalog.Names() {
		entry, err := catalog.Load(name)
		require.NoError(t, err)

		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for _, e := range entry.Examples {
				t.Run(e.Name, func(t *testing.T) {
					wrong, err := rehearsal.Run(t.Context(), entry, e, name)
					require.NoError(t, err)
					assert.Empty(t, wrong)
				})
			}
		})
	}
}
