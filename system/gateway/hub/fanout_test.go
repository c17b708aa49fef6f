package hub //nolint:testpackage // a reader's step is counted, without network

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
)

// fanOut is a hub with so many readers that only count what they are sent.
type fanOut struct {
	*Hub

	readers []*reader
	frames  map[*byte]int // by the bytes they were sent: the same bytes, the same key
	rounds  []*messages.Snapshot
}

func newFanOut(t require.TestingT, readers int, changes bool) *fanOut {
	f := &fanOut{Hub: New(Options{Rounds: 8, Bytes: 1 << 40}), frames: make(map[*byte]int, 1000)}

	first := largeRound(t, 1, 50, 5)
	for round := range messages.Round(150) {
		next := largeRound(t, round+1, 50, 5)
		next.Roster = first.Roster
		next.Encoded()
		f.rounds = append(f.rounds, next)
	}

	for range readers {
		r := &reader{hub: f.Hub, wish: wish{changes: changes}, dialect: sse}
		r.send = func(frame []byte) error {
			f.frames[&frame[0]]++

			return nil
		}

		r.begin()

		f.readers = append(f.readers, r)
	}

	return f
}

// round publishes the next round and lets every reader have it.
func (f *fanOut) round() {
	f.take(&messages.Delivered{Snapshot: f.rounds[0]})
	f.rounds = f.rounds[1:]

	for _, r := range f.readers {
		_, _, _ = r.step()
	}
}

// A round is encoded once, however many want it, and a reader that gets it allocates nothing.
func TestAReaderCostsNothingButItsWrites(t *testing.T) {
	for _, changes := range []bool{false, true} {
		allocated := func(readers int) float64 {
			f := newFanOut(t, readers, changes)
			for range 20 { // until nothing grows any more
				f.round()
			}

			return testing.AllocsPerRun(100, f.round)
		}

		one, many := allocated(1), allocated(501)
		assert.LessOrEqual(t, (many-one)/500, 0.01, "one reader: %v, 501 readers: %v", one, many)

		f := newFanOut(t, 300, changes)
		for range 3 {
			f.round()
		}

		assert.Len(t, f.frames, 3)

		for _, count := range f.frames {
			assert.Equal(t, 300, count)
		}
	}
}

// Whoever was cut at the same moment comes back for the same rounds: they are encoded once more, not once for each, and given up again.
func TestOldRoundsAreEncodedOnceForAllWhoComeBack(t *testing.T) {
	t.Parallel()

	f := newFanOut(t, 100, false)
	f.readers, f.options.Rounds = f.readers[:0], 50

	for range fresh + 3 {
		f.round()
	}

	old := f.journal.entries[1]
	require.Nil(t, old.made)

	first, again := old.frame(sse, Lens{}), old.frame(sse, Lens{})
	assert.Same(t, &first[0], &again[0])

	for range maxShelf {
		f.round()
	}

	assert.Nil(t, old.made)
	assert.Empty(t, f.journal.shelf.entries)
}

// Who comes with ever new wishes takes memory for himself, and not for as long as rounds are kept.
func TestWhatIsMadeForPartsIsBounded(t *testing.T) {
	t.Parallel()

	var shown views

	j := &journal{bounds: bounds{rounds: 9, bytes: 1 << 40, fresh: 1, events: 1}}
	e := j.publish(largeRound(t, 1, 50, 0), 0, &shown)
	e.held = maxHeld - 1

	for i := range 9 {
		lens := NewLens(messages.Selection{Instruments: []messages.Instrument{messages.Instrument(fmt.Sprintf("I%05d", i))}})
		assert.Contains(t, string(e.JSON(lens)), lens.selections[0].Instruments[0])
	}

	assert.Len(t, e.made, 1, "the first found room, the others did not")
	assert.Greater(t, e.held, maxHeld)

	first, again := e.frame(sse, Lens{}), e.frame(sse, Lens{})
	assert.Same(t, &first[0], &again[0], "what all want is kept in any case")
}

// BenchmarkFanOut is one round to 200 readers over loopback, the readers included: by the hub behind the HTTP server, and by bare writes of the
// same bytes.
func BenchmarkFanOut(b *testing.B) {
	const readers = 200

	for _, instruments := range []int{50, 1000} {
		first := largeRound(b, 1, instruments, 5)
		size := len(newEntry(first, nil, new(views), new(shelf)).frame(sse, Lens{}))

		b.Run(fmt.Sprintf("%d KB, hub", size>>10), func(b *testing.B) { benchmarkHub(b, readers, instruments, first.Roster) })
		b.Run(fmt.Sprintf("%d KB, bare", size>>10), func(b *testing.B) { benchmarkBare(b, readers, size) })
	}
}

func benchmarkHub(b *testing.B, readers, instruments int, roster *messages.Roster) {
	h := New(Options{Rounds: 8})
	server := httptest.NewServer(http.HandlerFunc(h.SSE))

	defer server.Close()
	defer h.Bye()

	got := make(chan struct{}, readers)
	for range readers {
		follow(b, server.Listener.Addr().String(), got)
	}

	for round := messages.Round(1); b.Loop(); round++ {
		b.StopTimer()

		s := largeRound(b, round, instruments, 5)
		s.Roster = roster
		s.Encoded() // by the store

		b.StartTimer()

		h.take(&messages.Delivered{Snapshot: s})

		for range readers {
			<-got
		}
	}
}

// follow connects and says when an event is complete.
func follow(b *testing.B, address string, got chan<- struct{}) {
	conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", address)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })

	_, err = io.WriteString(conn, "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(b, err)

	in := bufio.NewReaderSize(conn, 64<<10)

	for line := ""; line != "retry: 2000\n"; { // the stream has begun
		line, err = in.ReadString('\n')
		require.NoError(b, err)
	}

	_, err = in.ReadString('\n')
	require.NoError(b, err)

	go func() {
		for {
			line, err := in.ReadSlice('\n')
			for err == bufio.ErrBufferFull { //nolint:errorlint // as bufio returns it
				_, err = in.ReadSlice('\n')
			}

			if err != nil {
				return
			}

			if len(line) == 1 {
				got <- struct{}{}
			}
		}
	}()
}

func benchmarkBare(b *testing.B, readers, size int) {
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)

	defer func() { _ = listener.Close() }()

	var (
		all     []chan []byte
		writing sync.WaitGroup
	)

	got := make(chan struct{}, readers)

	for range readers {
		frames := make(chan []byte)
		all = append(all, frames)

		go write(b.Context(), listener, frames)
		follow(b, listener.Addr().String(), got)
	}

	frame := append(make([]byte, size-2), "\n\n"...)
	for i := range frame[:size-2] {
		frame[i] = 'x'
	}

	for b.Loop() {
		for _, frames := range all {
			writing.Go(func() { frames <- frame })
		}

		for range readers {
			<-got
		}
	}

	writing.Wait()
}

// write serves one connection.
func write(ctx context.Context, listener net.Listener, frames <-chan []byte) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()

	_, _ = io.WriteString(conn, retryLine)

	for {
		select {
		case frame := <-frames:
			if _, err := conn.Write(frame); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
