package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheExampleRuns(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	require.NoError(t, run(t.Context(), &out))
	assert.Equal(t, "complete: USD-10Y 4.120\na round: complete\na round: complete\na round: complete\n", out.String())
}
