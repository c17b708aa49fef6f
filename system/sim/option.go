package sim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// option is one parameter or condition of a fault as text. get returns "" for the zero value.
type option struct {
	name      string
	condition bool // says when, so every kind takes it
	get       func(f Fault) string
	set       func(f *Fault, text string) error
}

// options are all options, in the order in which a fault is written.
func options() []option {
	return []option{
		integer("status", false, func(f *Fault) *int { return &f.Status }),
		integer("code", false, func(f *Fault) *int { return &f.Code }),
		duration("delay", false, func(f *Fault) *time.Duration { return &f.Delay }),
		duration("retry-after", false, func(f *Fault) *time.Duration { return &f.RetryAfter }),
		{name: "size", get: func(f Fault) string { return formatSize(f.Size) }, set: setSize},
		{name: "body", get: func(f Fault) string { return f.Body }, set: func(f *Fault, text string) error {
			f.Body = text

			return nil
		}},
		{name: "chance", condition: true, get: formatChance, set: setChance},
		integer("every", true, func(f *Fault) *int { return &f.Every }),
		integer("first", true, func(f *Fault) *int { return &f.First }),
		duration("after", true, func(f *Fault) *time.Duration { return &f.After }),
		duration("for", true, func(f *Fault) *time.Duration { return &f.For }),
		duration("up", true, func(f *Fault) *time.Duration { return &f.Up }),
		duration("down", true, func(f *Fault) *time.Duration { return &f.Down }),
	}
}

func findOption(name string) (option, bool) {
	for _, o := range options() {
		if o.name == name {
			return o, true
		}
	}

	return option{}, false
}

func integer(name string, condition bool, field func(*Fault) *int) option {
	return option{
		name: name, condition: condition,
		get: func(f Fault) string {
			if *field(&f) == 0 {
				return ""
			}

			return strconv.Itoa(*field(&f))
		},
		set: func(f *Fault, text string) error {
			n, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("%q is not a whole number", text)
			}

			*field(f) = n

			return nil
		},
	}
}

func duration(name string, condition bool, field func(*Fault) *time.Duration) option {
	return option{
		name: name, condition: condition,
		get: func(f Fault) string {
			if *field(&f) == 0 {
				return ""
			}

			return field(&f).String()
		},
		set: func(f *Fault, text string) error {
			d, err := time.ParseDuration(text)
			if err != nil {
				return fmt.Errorf("%q is not a duration such as 250ms", text)
			}

			*field(f) = d

			return nil
		},
	}
}

func formatChance(f Fault) string {
	if f.Chance == 0 {
		return ""
	}

	return strconv.FormatFloat(f.Chance, 'g', -1, 64)
}

func setChance(f *Fault, text string) error {
	chance, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%q is not a number", text)
	}

	f.Chance = chance

	return nil
}

// setSize reads a number of bytes or things: 1000, 50MB (10^6), 16MiB (2^20).
func setSize(f *Fault, text string) error {
	number, factor := text, int64(1)

	for _, u := range units() {
		if head, found := strings.CutSuffix(text, u.name); found {
			number, factor = head, u.size

			break
		}
	}

	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a size such as 1000, 50MB or 16MiB", text)
	}

	if n > maxSize/factor {
		return errors.New("size is above " + formatSize(maxSize))
	}

	f.Size = n * factor

	return nil
}

const maxSize = 1 << 50

type unit struct {
	name string
	size int64
}

// units are the units of size, largest first.
func units() []unit {
	return []unit{
		{"TiB", 1 << 40},
		{"TB", 1e12},
		{"GiB", 1 << 30},
		{"GB", 1e9},
		{"MiB", 1 << 20},
		{"MB", 1e6},
		{"KiB", 1 << 10},
		{"kB", 1e3},
	}
}

// formatSize writes a size in the largest unit that divides it; "" for zero.
func formatSize(size int64) string {
	if size == 0 {
		return ""
	}

	for _, u := range units() {
		if size%u.size == 0 {
			return strconv.FormatInt(size/u.size, 10) + u.name
		}
	}

	return strconv.FormatInt(size, 10)
}
