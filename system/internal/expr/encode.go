package expr

import (
	"fmt"

	"github.com/itchyny/gojq"
)

// Encode returns text as it is, and anything else as compact JSON with sorted keys and numbers as they were written.
func Encode(value any) ([]byte, error) {
	if text, ok := value.(string); ok {
		return []byte(text), nil
	}

	var size sizer
	if !size.add(value, 0) {
		return nil, fmt.Errorf("%w: more than %d MB or %d values", ErrLimit, maxText>>20, maxValues)
	}

	encoded, err := gojq.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encoding a value: %w", err)
	}

	return encoded, nil
}
