package reading

import "sync"

// Scratch space is shared by all vendors of the process, and a decoder is borrowed only while an answer is being read: ten thousand vendors
// that are waiting need none. Nothing in it outlives its use.
//
//nolint:gochecknoglobals // a pool of empty space, without state
var decoders = sync.Pool{New: func() any { return newDecoder() }}

// maxKeptAnswer is the largest answer, in bytes, after which scratch space is kept for the next one.
const maxKeptAnswer = 1 << 20

func borrowDecoder() *decoder {
	d, ok := decoders.Get().(*decoder)
	if !ok {
		return newDecoder() // cannot be: the pool holds nothing else
	}

	return d
}

// giveBackDecoder keeps the decoder unless it has grown with a large answer.
func giveBackDecoder(d *decoder, answer int) {
	if answer <= maxKeptAnswer {
		d.forget()
		decoders.Put(d)
	}
}
