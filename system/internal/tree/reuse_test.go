package tree_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// What one document leaves behind is nothing that another could see.
func TestDocumentsKnowNothingOfOneAnother(t *testing.T) {
	t.Parallel()

	var group sync.WaitGroup

	for worker := range 8 {
		group.Go(func() {
			for i := range 200 {
				name := fmt.Sprintf("n%d_%d", worker, i)

				value, err := tree.Parse([]byte(`{"`+name+`":"x","a\u0062":1}`), tree.Options{})
				if assert.NoError(t, err) {
					assert.Len(t, value, 2)
					assert.Contains(t, value, name)
					assert.Contains(t, value, "ab")
				}

				_, err = tree.Parse([]byte(`{"`+name+`":1,"`+strings.ToUpper(name)+`":2}`), tree.Options{})
				assert.ErrorIs(t, err, tree.ErrNames) //nolint:testifylint // not the test's own goroutine

				_, err = tree.Parse([]byte(`{"`+name), tree.Options{}) // ends in the middle
				assert.Error(t, err)
			}
		})
	}

	group.Wait()
}

// A name with an escape is not mistaken for one that is spelt like it.
func TestEscapedNamesAreNotTheirSpelling(t *testing.T) {
	t.Parallel()

	for range 3 {
		value, err := tree.Parse([]byte(`{"\\u0061":1,"a":2}`), tree.Options{})
		require.NoError(t, err)
		assert.Len(t, value, 2)
		assert.Contains(t, value, `\u0061`)
	}
}

//nolint:paralleltest // allocations of other tests would count
func TestASmallDocumentTakesFewAllocations(t *testing.T) {
	document := []byte(`{"type":"ticker","product":"BTC-USD","last":"1","bid":"2","ask":"3","time":"2026-11-21T06:00:00Z","seq":7}`)

	read := func() {
		if _, err := tree.Parse(document, tree.Options{}); err != nil {
			panic(err)
		}
	}
	read()

	allocations := testing.AllocsPerRun(200, read)
	t.Logf("%.0f allocations", allocations)
	assert.LessOrEqual(t, allocations, 24.0)
}
