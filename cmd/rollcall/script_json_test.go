package main_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// jsonCommand is: json FILE PATH VALUE. It compares one value of a document; PATH separates keys and indexes by ">", VALUE may be a range of
// numbers such as 2000..2050, and "count" at the end of a path is the number of
// elements. FILE may be stdout.
func jsonCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: [!] json FILE PATH VALUE")
	}

	var value any

	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	decoder.UseNumber()
	ts.Check(decoder.Decode(&value))

	for step := range strings.SplitSeq(args[1], ">") {
		value = descend(ts, value, step)
	}

	got := fmt.Sprint(value)
	if list, isList := value.([]any); isList {
		got = strings.Trim(fmt.Sprint(list), "[]")
	}

	if matches(got, args[2]) == neg {
		ts.Fatalf("%s of %s is %s, wanted %s (negated: %t)", args[1], args[0], got, args[2], neg)
	}
}

func descend(ts *testscript.TestScript, value any, step string) any {
	switch v := value.(type) {
	case map[string]any:
		if step == "count" {
			return len(v)
		}

		inner, found := v[step]
		if !found {
			ts.Fatalf("no key %q", step)
		}

		return inner
	case []any:
		if step == "count" {
			return len(v)
		}

		i, err := strconv.Atoi(step)
		if err != nil || i >= len(v) {
			ts.Fatalf("no index %q", step)
		}

		return v[i]
	default:
		ts.Fatalf("nothing below %v for %q", value, step)

		return nil
	}
}

// matches compares a value with a text or with a range of numbers.
func matches(got, want string) bool {
	low, high, isRange := strings.Cut(want, "..")
	if !isRange {
		return got == want
	}

	var numbers [3]float64

	for i, text := range []string{got, low, high} {
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return false
		}

		numbers[i] = number
	}

	return numbers[1] <= numbers[0] && numbers[0] <= numbers[2]
}
