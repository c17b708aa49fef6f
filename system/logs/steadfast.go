package logs

import (
	"io"
	"sync/atomic"
)

// steadfast never reports an error to the logger, which would print it to standard error: a reader that went away loses lines, the program
// goes on.
type steadfast struct {
	out  io.Writer
	lost atomic.Uint64
}

// Write implements io.Writer.
func (s *steadfast) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}

	if _, err := s.out.Write(p); err != nil {
		s.lost.Add(1)
	}

	return len(p), nil
}

// Lost returns how many lines could not be written by a logger made with New.
func Lost(out io.Writer) uint64 {
	if s, ok := out.(*steadfast); ok {
		return s.lost.Load()
	}

	return 0
}
