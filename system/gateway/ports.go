package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// Errors of the ports. Whoever fills them wraps these.
var (
	ErrNoRound       = errors.New("no such round")
	ErrUnknownVendor = errors.New("no such vendor")
	ErrPaused        = errors.New("vendor is paused")
	ErrStopped       = errors.New("rollcall is not running")
)

// Rounds is the running system. Its methods may be called from any goroutine.
type Rounds interface {
	// Latest is the newest published snapshot, nil before the first. It takes no time.
	Latest() *messages.Snapshot
	// Snapshot runs a round now, or joins the one in flight, and returns its snapshot once published.
	Snapshot(ctx context.Context) (*messages.Snapshot, error)
	// Roster is who is asked for what now.
	Roster() *messages.Roster
	// Status is how the system is doing.
	Status(ctx context.Context) (*Status, error)
	// Subscribe starts a subscription: the newest snapshot first, then each one, and events if they are wanted.
	Subscribe(events bool) (Subscription, error)

	// Pause, Resume and Restart steer a vendor; by says who wants it, for the record. The error wraps ErrUnknownVendor or ErrPaused.
	Pause(ctx context.Context, vendor messages.Vendor, by string) error
	Resume(ctx context.Context, vendor messages.Vendor, by string) error
	Restart(ctx context.Context, vendor messages.Vendor, by string) error
}

// Subscription delivers snapshots and events in order. It is used by one goroutine at a time.
type Subscription interface {
	// Next waits for the next delivery. Calling it again says that the one before has been dealt with. Any error but that of ctx is its end.
	Next(ctx context.Context) (*messages.Delivered, error)
	// Close ends the subscription; closing it twice does nothing.
	Close()
}

// Status is how the system is doing.
type Status struct {
	StartedAt  time.Time
	Every      time.Duration // 0 without a schedule
	Deadline   time.Duration
	Durability string // strict, relaxed or none

	Rounds  messages.RoundsDescribed
	Record  messages.RecordDescribed
	Uplink  messages.UplinkStatus
	Readers messages.SubscribersDescribed // of the publisher: the streams are one of them
	Vendors []VendorStatus                // in configured order
	Core    []CoreStatus                  // the actors below the root, in spawning order
}

// VendorStatus is how one vendor stands.
type VendorStatus struct {
	messages.VendorStatus

	Class     string
	Transport string // poll, stream, or stream+poll
}

// CoreStatus is how one core actor is.
type CoreStatus struct {
	Name     string
	Restarts int           // since the program started
	Silent   time.Duration // how long it has not answered; 0 if it answers
	Lag      time.Duration // from the last heartbeat's question to the answer, or since the question if that is longer
}

// History is what is stored of the rounds. Its methods may be called from any goroutine, and end soon after ctx does.
type History interface {
	// Snapshot is one stored snapshot; ErrNoRound if it is not there.
	Snapshot(ctx context.Context, round messages.Round) (*messages.Snapshot, error)
	// Rounds are stored rounds, newest first.
	Rounds(ctx context.Context, query RoundsQuery) ([]api.RoundSummary, error)
	// Series is how an instrument went, newest first, with what was published: it knows nothing of entitlements, and Points have no Sources.
	Series(ctx context.Context, instrument messages.Instrument, query RoundsQuery) ([]api.Point, error)
}

// RoundsQuery selects stored rounds, newest first.
type RoundsQuery struct {
	From, To time.Time               // published at From or later, and before To; no bound where zero
	Before   messages.Round          // only rounds below it; 0 for all
	Status   messages.SnapshotStatus // empty for any; Series ignores it
	Limit    int                     // at most this many, more than 0
}

// Record is the audit log. Its methods may be called from any goroutine, and end soon after ctx does.
type Record interface {
	// Entries are entries of the record, newest first.
	Entries(ctx context.Context, query RecordQuery) ([]api.AuditEntry, error)
	// Verification is what the newest check of the chain said. It does not wait for one.
	Verification() api.Verification
}

// RecordQuery selects entries, newest first.
type RecordQuery struct {
	From, To time.Time           // at From or later, and before To; no bound where zero
	Kinds    []messages.FactKind // any of these; empty for all
	Vendor   messages.Vendor     // empty for any
	Before   uint64              // only sequence numbers below it; 0 for all
	Limit    int                 // at most this many, more than 0
}
