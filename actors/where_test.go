package actors_test

import (
	"bytes"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/actors"
)

// caught is the panic of a function.
func caught(f func()) (p *actors.Panic) {
	defer func() { p = &actors.Panic{Value: recover(), Stack: debug.Stack()} }()

	f()

	return nil
}

func beyond(values []int, at int) int { return values[at] }

func recurse(depth int) {
	if depth == 0 {
		panic("deep")
	}

	recurse(depth - 1)
}

// The place of the bug comes first, whether Go or we called panic, and a stack of any size stays short. G5.
func TestWhereLeadsToTheBug(t *testing.T) {
	t.Parallel()

	own := caught(func() { panic("ours") }).Where()
	assert.Regexp(t, `^actors_test\.TestWhereLeadsToTheBug\.func\d+ where_test\.go:\d+ < actors_test\.caught where_test\.go:\d+`, own)

	assert.Regexp(t, `^actors_test\.(beyond|TestWhere\S*) where_test\.go:\d+ < `, caught(func() { beyond([]int{1}, 1) }).Where())

	deep := caught(func() { recurse(10_000) }).Where()
	assert.LessOrEqual(t, len(deep), 512)
	assert.True(t, strings.HasPrefix(deep, "actors_test.recurse where_test.go:"), deep)
}

func TestWhereOfAnything(t *testing.T) {
	t.Parallel()

	for _, stack := range [][]byte{nil, []byte("x"), []byte("\npanic("), []byte("goroutine 1 [running]:\nmain.main()\n"), bytes.Repeat([]byte("y"), 1<<20)} {
		assert.Empty(t, (&actors.Panic{Stack: stack}).Where())
	}

	assert.Equal(t, "main.main m.go:3 < testing.(*T).Run testing.go:9", (&actors.Panic{Stack: []byte(
		"goroutine 1 [running]:\nmain.main()\n\t/a/m.go:3 +0x1d\ncreated by testing.(*T).Run in goroutine 1\n\t/b/testing.go:9 +0x2\n")}).Where())
}
