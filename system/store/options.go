package store

import (
	"errors"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/system/logs"
)

// DefaultMaxAge is how long rounds are kept where Retention does not say.
const DefaultMaxAge = 30 * 24 * time.Hour

// ErrClosed is returned by a store that was closed.
var ErrClosed = errors.New("store is closed")

// Options says where and for how long snapshots are kept.
type Options struct {
	Dir       string        // the data directory; it exists (PrepareDir) and is ours (Lock)
	Retention Retention     // what is removed from the history
	Log       *logrus.Entry // where state changes are logged; nowhere if nil
}

// Retention bounds the history. The newest round is always kept.
type Retention struct {
	MaxAge   time.Duration // rounds older than the newest by more are removed; 0 means DefaultMaxAge, negative for ever
	MaxBytes int64         // the oldest rounds are removed while the database is larger; 0 means any size
}

// Recovery says what Open found and repaired. The zero Recovery says that the last run ended in an orderly way.
type Recovery struct {
	Unclean     bool   // the last run did not close the store; its reserved round numbers are skipped
	Corrupt     string // name of the file in the data directory that a damaged history was moved to; empty if it was whole
	Reason      string // what was wrong with it
	Temporaries int    // half-written snapshot files that were removed
}

func (o Options) withDefaults() Options {
	if o.Retention.MaxAge == 0 {
		o.Retention.MaxAge = DefaultMaxAge
	}

	o.Log = logs.OrSilent(o.Log)

	return o
}
