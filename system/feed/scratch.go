package feed

import (
	"bytes"
	"sync"
)

// Scratch space is shared by all vendors of the process, and a decoder is borrowed only while an answer is being read: ten thousand vendors
// that are waiting need none. Nothing in it outlives its use.
//
//nolint:gochecknoglobals // pools of empty space, without state
var (
	bodies   = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	decoders = sync.Pool{New: func() any { return newDecoder() }}
)

// maxKeptBody is the largest answer, in bytes, after which scratch space is kept for the next one.
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

func borrowDecoder() *decoder {
	d, ok := decoders.Get().(*decoder)
	if !ok {
		return newDecoder() // cannot be: the pool holds nothing else
	}

	return d
}

// giveBackDecoder keeps the decoder unless it has grown with a large answer.
func giveBackDecoder(d *decoder, answer int) {
	if answer <= maxKeptBody {
		d.forget()
		decoders.Put(d)
	}
}
