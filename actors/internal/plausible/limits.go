// Package plausible compares prices that can be read: with what was published before, with the other vendors' of the same round, and with
// what the vendor itself said before. It knows no actor and no clock. All it calculates is exact.
package plausible

import "time"

// Million is the whole of which relative limits are parts: a limit of 200,000 is 20 %.
const Million = 1_000_000

// Limits say what a vendor's prices are held against. The zero value of Jump, Outlier or Stuck leaves that check out. Prices that are zero or
// negative, as some may be, have no relative distance: neither Jump nor Outlier is asked of them.
type Limits struct {
	// Jump is how far a price may be from the last one published, in millionths of the smaller of the two: twice and half are both a million.
	Jump int64
	// Within is how long before it that last price may have been received; an older one is not compared with. 0: any.
	Within time.Duration
	// Confirm is how many rounds in a row a price must stay at its new level to be accepted, if no other vendor contradicts; 0: 3.
	Confirm int
	// Agree is how many vendors must have the new level for it to be accepted at once; 0: more than half of those with a price. At least 2.
	Agree int
	// Outlier is how far a price may be from the median of the round, in millionths of the median, where at least three vendors have one.
	Outlier int64
	// Spread is how many median absolute deviations a price must be from the median as well to be refused: vendors that differ among
	// themselves tolerate more. 0: the median alone decides.
	Spread int
	// Stuck is how many answers in a row, each with a newer time, may have the same figures before the next ones are refused; 0: any number.
	Stuck int
}

// Defaults of Limits.
const (
	DefaultConfirm = 3
	fewestAgreeing = 2
	fewestOnPanel  = 3 // of two that differ nobody can say which one is wrong
)

// near is how close prices are that agree with one another about a new level: a tenth, and never more than a jump.
const near = Million / 10

func (l *Limits) near() int64 { return min(near, l.Jump) }

func (l *Limits) confirm() int {
	if l.Confirm <= 0 {
		return DefaultConfirm
	}

	return l.Confirm
}

// agree is how many of n vendors must agree.
func (l *Limits) agree(n int) int {
	if l.Agree <= 0 {
		return max(fewestAgreeing, n/2+1)
	}

	return max(fewestAgreeing, l.Agree)
}
