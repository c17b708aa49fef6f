package listen

import (
	"container/list"
	"sync"
)

// crowd is everybody who is connected.
type crowd struct {
	limit int

	mu      sync.Mutex
	open    int
	waiting *list.List // of *conn without a request, the longest waiting first
	refused uint64
	evicted uint64
}

func newCrowd(limit int) *crowd { return &crowd{limit: limit, waiting: list.New()} }

// enter lets a connection in. If it is one too many, the one that has been without a request for longest must go; if there is none, it reports
// false.
func (c *crowd) enter(newcomer *conn) bool {
	c.mu.Lock()

	var victim *conn

	if c.open >= c.limit {
		longest := c.waiting.Front()
		if longest == nil {
			c.refused++
			c.mu.Unlock()

			return false
		}

		victim, _ = longest.Value.(*conn)
		c.stand(victim)

		c.evicted++
	}

	c.open++
	newcomer.waiting = c.waiting.PushBack(newcomer)
	c.mu.Unlock()

	if victim != nil {
		_ = victim.Close() // it is the client's to notice
	}

	return true
}

// busy says that a connection has a request.
func (c *crowd) busy(one *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.stand(one)
}

// idle says that a connection has none any more.
func (c *crowd) idle(one *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.stand(one)
	one.waiting = c.waiting.PushBack(one)
}

// left says that a connection is closed.
func (c *crowd) left(one *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.stand(one)
	c.open--
}

// stand takes a connection from among those that wait. The crowd is locked.
func (c *crowd) stand(one *conn) {
	if one.waiting != nil {
		c.waiting.Remove(one.waiting)
		one.waiting = nil
	}
}

// dismiss closes every connection without a request.
func (c *crowd) dismiss() {
	c.mu.Lock()

	var all []*conn

	for e := c.waiting.Front(); e != nil; e = e.Next() {
		if one, is := e.Value.(*conn); is {
			all = append(all, one)
		}
	}

	c.mu.Unlock()

	for _, one := range all {
		_ = one.Close() // it is the client's to notice
	}
}
