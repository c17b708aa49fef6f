package actors

import "github.com/asynkron/protoactor-go/actor"

// IgnoreNil makes an actor's mailbox drop nil messages. The library's mailboxes take a nil for "empty" while still counting it, and then spin
// on a whole core for ever. Every actor of ours has it, because anyone with a PID can send anything.
func IgnoreNil() actor.PropsOption {
	unbounded := actor.Unbounded()

	return actor.WithMailbox(func() actor.Mailbox { return nilSafe{Mailbox: unbounded()} })
}

type nilSafe struct{ actor.Mailbox }

// PostUserMessage implements actor.Mailbox.
func (m nilSafe) PostUserMessage(message any) {
	if message != nil {
		m.Mailbox.PostUserMessage(message)
	}
}
