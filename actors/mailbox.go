package actors

import (
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// Mailbox gives an actor a mailbox without two traps of the library's. A nil message is dropped: the library takes it for "empty" while still
// counting it, and spins on a whole core for ever. A message that comes while the actor is being spawned is kept until the spawning is
// done: the library registers the name before the mailbox is ready, which is a data race for whoever knows the name beforehand.
// Every actor of ours has it.
func Mailbox() actor.PropsOption {
	unbounded := actor.Unbounded()

	return actor.WithMailbox(func() actor.Mailbox { return &mailbox{Mailbox: unbounded()} })
}

type mailbox struct {
	actor.Mailbox

	open  atomic.Bool // everything goes straight through
	mu    sync.Mutex
	early []post
}

// post is a message that came before the mailbox was open.
type post struct {
	message any
	system  bool
}

// PostUserMessage implements actor.Mailbox.
func (m *mailbox) PostUserMessage(message any) {
	if message != nil && !m.keep(post{message: message}) {
		m.Mailbox.PostUserMessage(message)
	}
}

// PostSystemMessage implements actor.Mailbox. Started comes from the spawning itself and must be the first.
func (m *mailbox) PostSystemMessage(message any) {
	_, first := message.(*actor.Started)
	if first || !m.keep(post{message: message, system: true}) {
		m.Mailbox.PostSystemMessage(message)
	}
}

// Start implements actor.Mailbox: the last step of spawning.
func (m *mailbox) Start() {
	m.Mailbox.Start()

	m.mu.Lock()
	defer m.mu.Unlock()

	for _, p := range m.early {
		if p.system {
			m.Mailbox.PostSystemMessage(p.message)
		} else {
			m.Mailbox.PostUserMessage(p.message)
		}
	}

	m.early = nil
	m.open.Store(true)
}

// keep holds a message back while the mailbox is not open and reports whether it did.
func (m *mailbox) keep(p post) bool {
	if m.open.Load() {
		return false
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	if m.open.Load() {
		return false
	}

	m.early = append(m.early, p)

	return true
}
