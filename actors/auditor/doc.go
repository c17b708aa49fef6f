// Package auditor is the actor that keeps the record. Anyone sends it facts and forgets them; it hands them to its Log in the order in
// which they came, in batches, one batch at a time, and never waits for the disk itself.
//
// # What holds
//
//   - Order: facts are appended in the order in which they were received.
//   - Bounded memory: at most Settings.MaxFacts facts or Settings.MaxBytes bytes wait. A fact that does not fit is dropped, counted, and
//     covered by one entry of kind gap that stands in its place. Nothing is dropped in silence.
//   - An error of the log keeps the batch; it is tried again, after a back-off, for ever.
//   - A panic of the log makes it take the batch's facts one by one. A fact that makes it panic twice on its own is replaced by an entry of
//     kind poison, which names the fact's type and digest but nothing of its contents.
//   - A supervised restart loses nothing: the ledger belongs to the Props and passes from one incarnation to the next.
//
// # The end
//
// Poison the actor only after FlushRecord has been answered: what is still waiting when the actor stops is not written, and said so in
// the log line of its end.
package auditor
