package messages

import "time"

// PublisherMessage is what the publisher understands.
//
//sumtype:decl
type PublisherMessage interface{ publisherMessage() }

// SubscriberMessage is what a subscriber receives.
//
//sumtype:decl
type SubscriberMessage interface{ subscriberMessage() }

// Event is something that happened on the way to a snapshot, for people who want to see results as they complete.
//
//sumtype:decl
type Event interface{ event() }

// RoundStarted says that every vendor of a round has been asked.
type RoundStarted struct {
	Round    Round
	At       time.Time
	Deadline time.Duration
	Asked    int // vendors asked; the others are paused, waiting for a restart or quarantined
}

// VendorAnswered says how one vendor fared in the round that is open, before its prices are compared with those of others and of earlier rounds:
// the snapshot may refuse some of them.
type VendorAnswered struct {
	Round   Round
	Vendor  Vendor
	Outcome Outcome
	Detail  string
	Elapsed time.Duration // since the round started
	Usable  int           // quotes that may be used
}

func (*RoundStarted) event()       {}
func (*VendorAnswered) event()     {}
func (*VendorStateChanged) event() {}

// PublishSnapshot hands a snapshot to every subscriber.
type PublishSnapshot struct{ Snapshot *Snapshot }

// PublishEvent hands an event to the subscribers that asked for events.
type PublishEvent struct{ Event Event }

// Subscribe makes the sender a subscriber. It is answered by Subscribed; after that the publisher sends one Delivered, and the next one
// only after TakeNext. The newest snapshot, if there is one, is delivered at once.
type Subscribe struct {
	Events  bool          // deliver events as well as snapshots
	Queue   int           // how many undelivered items are kept; 0 means DefaultQueue
	Timeout time.Duration // how long the subscriber may take over one delivery; 0 means DefaultDeliveryTimeout
}

// Defaults of Subscribe.
const (
	DefaultQueue           = 16
	DefaultDeliveryTimeout = 30 * time.Second
)

// TakeNext tells the publisher that the last Delivered has been dealt with.
type TakeNext struct{}

// Unsubscribe ends the sender's subscription.
type Unsubscribe struct{}

// DescribeSubscribers asks how the subscribers are doing; answered by SubscribersDescribed to the sender.
type DescribeSubscribers struct{}

func (*PublishSnapshot) publisherMessage()     {}
func (*PublishEvent) publisherMessage()        {}
func (*Subscribe) publisherMessage()           {}
func (*TakeNext) publisherMessage()            {}
func (*Unsubscribe) publisherMessage()         {}
func (*DescribeSubscribers) publisherMessage() {}

// SubscribersDescribed answers DescribeSubscribers.
type SubscribersDescribed struct {
	Subscribers int    // now
	Queued      int    // snapshots and events that wait for them, in all
	Deepest     int    // those that wait for the slowest of them
	Cut         uint64 // subscribers that took too long over a delivery, since the program started
}

// Subscribed answers Subscribe.
type Subscribed struct{}

// Delivered carries one snapshot or one event, in order. SkippedRounds and SkippedEvents count what was dropped between the delivery
// before and this one because the subscriber was slow and its queue full: snapshots are conflated to the newest, events lose their oldest.
type Delivered struct {
	Snapshot      *Snapshot // nil if this is an event
	Event         Event     // nil if this is a snapshot
	SkippedRounds uint64
	SkippedEvents uint64
}

// SubscriptionEnded is the last message to a subscriber.
type SubscriptionEnded struct {
	Reason string     // why the subscriber was cut; empty after Unsubscribe and at shutdown
	Last   *Delivered // at shutdown, the newest snapshot if it still waited for TakeNext; nil otherwise
}

func (*Subscribed) subscriberMessage()        {}
func (*Delivered) subscriberMessage()         {}
func (*SubscriptionEnded) subscriberMessage() {}
