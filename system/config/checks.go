package config

import (
	"cmp"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Checks are what prices that can be read are held against. What is empty or zero was not said: see Or.
type Checks struct {
	Jump    Percent       `yaml:"jump"`    // how far a price may be from the last one
	Within  time.Duration `yaml:"within"`  // how old that may be
	Confirm int           `yaml:"confirm"` // rounds after which a new level is believed
	Agree   int           `yaml:"agree"`   // vendors whose agreement is believed at once; 0: more than half
	Outlier Percent       `yaml:"outlier"` // how far a price may be from the median
	Spread  Count         `yaml:"spread"`  // median absolute deviations that it must be away as well
	Stuck   Count         `yaml:"stuck"`   // answers in a row that may be the same but for their time
}

// Percent is a share as it was written, such as 12.5%; empty if it was not said.
type Percent string

// Millionths is the share in millionths, 0 if it was not said.
func (p Percent) Millionths() int64 {
	value, ok := new(big.Rat).SetString(strings.TrimSuffix(string(p), "%"))
	if !ok {
		return 0
	}

	value.Mul(value, big.NewRat(onePercent, 1))

	return new(big.Int).Quo(value.Num(), value.Denom()).Int64()
}

// Count is a number as it was written; empty if it was not said, which is not the same as 0.
type Count string

// Int is the number, 0 if it was not said.
func (c Count) Int() int {
	number, _ := strconv.Atoi(string(c)) // it was checked

	return number
}

const onePercent = 10_000 // millionths

// Where nothing is said, the last price may be a minute old, or so many intervals: one or two answers may have failed in between.
const (
	defaultWithin    = time.Minute
	defaultIntervals = 3
)

// Or returns the checks with what was not said taken from others.
func (c Checks) Or(other Checks) Checks {
	return Checks{
		Jump:    cmp.Or(c.Jump, other.Jump),
		Within:  cmp.Or(c.Within, other.Within),
		Confirm: cmp.Or(c.Confirm, other.Confirm),
		Agree:   cmp.Or(c.Agree, other.Agree),
		Outlier: cmp.Or(c.Outlier, other.Outlier),
		Spread:  cmp.Or(c.Spread, other.Spread),
		Stuck:   cmp.Or(c.Stuck, other.Stuck),
	}
}

// ChecksOf are the checks of the i-th vendor, which is asked at this interval: its own, and those of the program where it says nothing.
func (c Config) ChecksOf(i int, interval time.Duration) Checks {
	return c.Vendors[i].Checks.Or(c.Checks).Or(Checks{Within: max(defaultWithin, defaultIntervals*interval)})
}
