package expr

import (
	"encoding/json"
	"fmt"
)

// sizer adds up values. It stops at the limits, so that a value that contains itself a million times is as cheap as a large one.
type sizer struct{ text, values int }

// add counts a value and what is in it, and reports whether all is still within the limits.
func (s *sizer) add(value any, depth int) bool {
	s.values++

	if s.values > maxValues || depth > maxNesting {
		return false
	}

	switch value := value.(type) {
	case string:
		s.text += len(value)
	case json.Number:
		s.text += len(value)
	case []any:
		for _, element := range value {
			if !s.add(element, depth+1) {
				return false
			}
		}
	case map[string]any:
		for name, member := range value {
			s.text += len(name)

			if !s.add(member, depth+1) {
				return false
			}
		}
	}

	return s.text <= maxText
}

// Limits of a meter, in bytes.
const (
	maxBuilt = 256 << 20 // built by one evaluation in all, most of it garbage at once
	maxPiece = 16 << 20  // in one operation
)

// meterName is the variable that holds an evaluation's meter. Expressions may not write this name.
const meterName = "$__meter"

// meter counts the bytes of the texts and arrays that one evaluation builds, so that an input cannot make an expression such as
// .text * .times fill the memory within its time.
type meter struct{ built int }

// spend notes that so many bytes are about to be built, in one or several operations.
func (m *meter) spend(size int) error {
	m.built += size

	if size > maxPiece || m.built > maxBuilt {
		return fmt.Errorf("%w: more than %d MB at once", ErrLimit, maxPiece>>20)
	}

	return nil
}

// shallow is the size of a value as an operand of +.
func shallow(value any) int {
	switch value := value.(type) {
	case string:
		return len(value)
	case []any:
		return 2 * textPerValue * len(value)
	case map[string]any:
		return 4 * textPerValue * len(value)
	default:
		return 0
	}
}

// deep is the size of a value as text, or as parts that are joined. It gives up beyond limit.
func deep(value any, limit int) int {
	size := textPerValue

	switch value := value.(type) {
	case string:
		size += len(value)
	case json.Number:
		size += len(value)
	case []any:
		for _, element := range value {
			if size > limit {
				break
			}

			size += deep(element, limit-size)
		}
	case map[string]any:
		for name, member := range value {
			if size > limit {
				break
			}

			size += len(name) + deep(member, limit-size)
		}
	}

	return size
}
