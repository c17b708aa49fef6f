// Package messages is the vocabulary of Rollcall: immutable values that actors send one another, and the market values they carry.
//
// It imports the standard library and the decimal type only. No message holds a PID, a logger, a channel or a context; every message
// is sent as a pointer and is never changed once sent. Commands are imperative (FetchQuotes), answers are facts in the past tense
// (QuotesFetched). A message that an actor sends only to itself is unexported in that actor's own package.
//
// # Who says what to whom
//
//	from         to           message                    answer
//	-----------  -----------  -------------------------  ------------------------------------------------
//	coordinator  fetcher      FetchQuotes                QuotesFetched | FetchFailed (to the sender)
//	fetcher      vendors      FetcherRecovered           -
//	fetcher      vendors      VendorUnreachable,         -
//	                          VendorReachable
//	vendors      fetcher      CapBackoff                 -
//	vendors      coordinator  VendorStateChanged         -
//	anyone       vendors      DescribeVendors            VendorsDescribed
//	operator     vendors      PauseVendor, ResumeVendor,  VendorSteered
//	                          RestartVendor
//	system       coordinator  StartRounds                -
//	anyone       coordinator  TakeSnapshot               SnapshotTaken
//	anyone       coordinator  DescribeRounds             RoundsDescribed
//	system       coordinator  StopRounds                 RoundsStopped
//	coordinator  writer       PersistSnapshot            SnapshotPersisted | PersistFailed (to the sender)
//	writer       coordinator  WriterStarted              the unacknowledged PersistSnapshot again
//	coordinator  publisher    PublishSnapshot            -
//	coordinator  publisher    PublishEvent               -
//	publisher    coordinator  WatchEvents                -
//	subscriber   publisher    Subscribe                  Subscribed, then Delivered …, SubscriptionEnded
//	subscriber   publisher    TakeNext                   the next Delivered
//	subscriber   publisher    Unsubscribe                SubscriptionEnded
//	anyone       auditor      RecordFact                 - (fire and forget, complete at exit)
//	anyone       auditor      FlushRecord                RecordFlushed
//	anyone       auditor      DescribeRecord             RecordDescribed
//	anyone       publisher    DescribeSubscribers        SubscribersDescribed
//
// One sealed interface per recipient (FetcherMessage, VendorsMessage, CoordinatorMessage, WriterMessage, PublisherMessage,
// SubscriberMessage, AuditorMessage) makes a message to the wrong actor a compile error and a forgotten case a lint error.
package messages
