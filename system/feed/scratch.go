package feed

import (
	"bytes"
	"sync"
)

// Buffers are shared by all vendors of the process and borrowed only while an answer is there: ten thousand vendors that are waiting need none.
// Nothing in them outlives its use.
//
//nolint:gochecknoglobals // a pool of empty space, without state
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxKeptBody is the largest buffer, in bytes, that is kept for the next answer.
const maxKeptBody = 1 << 20

func borrowBody() *bytes.Buffer {
	body, ok := bodies.Get().(*bytes.Buffer)
	if !ok {
		return new(bytes.Buffer) // cannot be: the pool holds nothing else
	}

	return body
}

func giveBackBody(body *bytes.Buffer) {
	if body.Cap() <= maxKeptBody {
		body.Reset()
		bodies.Put(body)
	}
}
