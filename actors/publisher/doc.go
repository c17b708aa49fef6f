// Package publisher hands snapshots and events to subscribers, each at its own pace.
//
// A subscriber is the sender of Subscribe. It gets one Delivered at a time and the next one only after TakeNext, so a slow subscriber
// delays nobody. What it has not taken waits in a bounded queue of its own (queue.go). When the queue is full, the waiting snapshots are
// conflated to the newest, or, if only one waits, the oldest event goes; the item that followed says how many are missing before it.
// A subscriber that does not take its delivery in time is cut, one that terminates is forgotten.
//
// When the publisher stops, everyone gets SubscriptionEnded, and in it the newest snapshot that still waits for them: the last round of a
// shutdown reaches every subscriber, whatever its credit.
//
// Subscribers live in a value that the Props own, so they survive a supervised restart. One Props value is for one publisher.
package publisher
