package hub

import (
	"bytes"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Coding is a content coding of HTTP.
type Coding string

// The codings.
const (
	Identity Coding = ""
	Gzip     Coding = "gzip"
	Zstd     Coding = "zstd"
)

// Compressed is JSON in a coding, made once like it.
func (e *Entry) Compressed(lens Lens, coding Coding) []byte {
	switch coding {
	case Gzip:
		return e.shared(product{formGzip, lens.key}, func() []byte { return gzipped(e.JSON(lens)) })
	case Zstd:
		return e.shared(product{formZstd, lens.key}, func() []byte { return zstandard().EncodeAll(e.JSON(lens), nil) })
	default:
		return e.JSON(lens)
	}
}

func gzipped(plain []byte) []byte {
	var out bytes.Buffer

	w := gzip.NewWriter(&out)
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()

	return out.Bytes()
}

// zstandard is the encoder, which may be used by several goroutines.
//
//nolint:gochecknoglobals // a function that makes its value once; the encoder has no state that anyone could see
var zstandard = sync.OnceValue(func() *zstd.Encoder {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		panic(err) // the options are right
	}

	return encoder
})
