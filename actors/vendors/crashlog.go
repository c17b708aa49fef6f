package vendors

import (
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// maxLines is how many crashes of one vendor are logged in a minute.
const maxLines = 10

// crashLog writes one line per crash of one vendor, maxLines in a minute at most. Where it happened is written once for crashes that repeat.
type crashLog struct {
	last    string // text of the last crash that was logged with its place
	since   time.Time
	lines   int
	dropped int
}

func (l *crashLog) write(log *logrus.Entry, v messages.VendorStatus, p *actors.Panic, now time.Time) {
	if now.Sub(l.since) >= time.Minute {
		l.since, l.lines = now, 0
	}

	if l.lines == maxLines {
		l.dropped++

		return
	}

	l.lines++

	fields := logrus.Fields{
		"vendor": v.Vendor, "panic": v.LastCrash, "message": p.Message,
		"restarts": v.Restarts, "state": v.State, "next_try": rounded(v.NextTry.Sub(now)),
	}
	if v.LastCrash != l.last {
		fields["where"] = p.Where()
		l.last = v.LastCrash
	}

	if l.dropped > 0 {
		fields["dropped"] = l.dropped
		l.dropped = 0
	}

	log.WithFields(fields).Error("vendor crashed")
}
