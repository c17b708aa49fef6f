package reading

import (
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// chooser files rows under their instruments, and chooses where there are several.
type chooser struct {
	reader *Reader
	t      *Targets
	rows   []*Row // by target; nil: none; those with the same key share the first one's
	twice  []bool
}

func newChooser(r *Reader, t *Targets) *chooser {
	return &chooser{reader: r, t: t, rows: make([]*Row, t.Len()), twice: make([]bool, t.Len())}
}

func (c *chooser) take(at int, row *Row) {
	switch {
	case c.rows[at] == nil:
		c.rows[at] = row
	case c.reader.choose == "":
		c.twice[at] = true
	case c.better(row, c.rows[at]):
		c.rows[at] = row
	}
}

// better reports whether a later row of the same instrument is to be preferred.
func (c *chooser) better(row, than *Row) bool {
	switch c.reader.choose {
	case chooseLast:
		return true
	case chooseNewest:
		return !c.time(row).Before(c.time(than))
	case chooseSequence:
		return sequence(row) >= sequence(than)
	default:
		return false
	}
}

func (c *chooser) time(row *Row) time.Time {
	at, _ := c.reader.terms.clock.parse(row.Time.text)

	return at
}

func sequence(row *Row) uint64 {
	number, _ := strconv.ParseUint(row.Sequence.text, 10, 64)

	return number
}

func (c *chooser) fill(quotes []messages.Quote) {
	for i := range c.rows {
		at := c.t.shared(i)

		switch row := c.rows[at]; {
		case row == nil:
			quotes[i] = c.reader.absent(c.t, i)
		case c.twice[at]:
			quotes[i] = c.reader.ambiguous(c.t, i)
		default:
			quotes[i] = c.reader.polled(&c.t.symbols[i], &row.Fields)
		}
	}
}
