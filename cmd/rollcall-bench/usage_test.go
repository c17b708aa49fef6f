package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUsageGrowsWithWork(t *testing.T) {
	t.Parallel()

	before, err := readUsage()
	require.NoError(t, err)

	kept := make([][]byte, 1000)
	for i := range kept {
		kept[i] = make([]byte, 1024)
	}

	after, err := readUsage()
	require.NoError(t, err)
	assert.GreaterOrEqual(t, after.allocs-before.allocs, uint64(len(kept)))
	assert.GreaterOrEqual(t, after.bytes-before.bytes, uint64(len(kept)*1024))
	assert.GreaterOrEqual(t, after.cpu, before.cpu)
}

func TestMemoryIsRead(t *testing.T) {
	t.Parallel()

	m, err := readMemory()
	require.NoError(t, err)
	assert.Positive(t, m.resident)
	assert.GreaterOrEqual(t, m.peak, m.resident)

	n, err := kilobytes("\t   1234 kB")
	require.NoError(t, err)
	assert.Equal(t, int64(1234<<10), n)

	_, err = kilobytes("many kB")
	require.Error(t, err)
}
