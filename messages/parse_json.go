package messages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// member is one name and value of a JSON object.
type member[V any] struct {
	name  string
	value V
}

// members is a JSON object that keeps the order of its members. A name that occurs twice is an error.
type members[V any] []member[V]

// UnmarshalJSON implements json.Unmarshaler.
func (m *members[V]) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))

	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return errors.Join(errors.New("not an object"), err)
	}

	seen := make(map[string]bool)

	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return fmt.Errorf("name of a member: %w", err)
		}

		name, ok := token.(string)
		if !ok || seen[name] {
			return fmt.Errorf("%q occurs twice", name)
		}

		seen[name] = true

		var value V
		if err := decoder.Decode(&value); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}

		*m = append(*m, member[V]{name: name, value: value})
	}

	return nil
}

// milliseconds is a duration that the JSON gives as a whole number of milliseconds, never negative.
type milliseconds time.Duration

// UnmarshalJSON implements json.Unmarshaler. As the package json asks for, null changes nothing.
func (m *milliseconds) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}

	count, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil || count < 0 || count > math.MaxInt64/int64(time.Millisecond) {
		return errors.New("not a number of milliseconds")
	}

	*m = milliseconds(time.Duration(count) * time.Millisecond)

	return nil
}

// latency is that of a vendor: nothing where there was no answer, never nothing where there was one.
func (d *vendorDocument) latency() time.Duration {
	if d.Latency == nil {
		return 0
	}

	return max(time.Duration(*d.Latency), 1)
}

// parsePriceText reads an optional price.
func parsePriceText(text *string) (Price, error) {
	if text == nil {
		return Price{}, nil
	}

	price, err := parseDecimal(*text, maxComputedText)
	if err != nil {
		return Price{}, fmt.Errorf("price: %w", err)
	}

	return price, nil
}
