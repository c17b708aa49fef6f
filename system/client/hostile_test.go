package client_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

// said is a round as an event.
func (s *stage) said(round messages.Round) string {
	return fmt.Sprintf("id: %d\nevent: snapshot\ndata: %s\n\n", round, s.snapshot(round).AppendJSON(nil))
}

// A service, or a proxy, that repeats itself and goes back is not passed on; changes that fit nothing are asked for anew as a whole.
func TestAServiceThatRepeatsItself(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	changes := func(round, since messages.Round) string {
		return fmt.Sprintf("event: changes\ndata: {\"round\":%d,\"since\":%d,\"status\":\"complete\",\"instruments\":{},\"vendors\":{}}\n\n", round, since)
	}

	for _, mode := range []client.Mode{client.ModeApplied, client.ModeChanges} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()

			a := newAnswers(t, func(w http.ResponseWriter, r *http.Request, number int) {
				w.Header().Set("Content-Type", "text/event-stream")

				switch number {
				case 1:
					_, _ = io.WriteString(w, s.said(1)+s.said(1)+s.said(2)+s.said(1)+"event: later\ndata: x\n\n"+changes(3, 2)+changes(5, 4))
				case 2:
					_, _ = io.WriteString(w, s.said(6))
					_ = http.NewResponseController(w).Flush()

					<-r.Context().Done()
				}
			})
			l := listenTo(t, clientOf(t, a.Listener.Addr()), client.Hurried(client.StreamOptions{Mode: mode}, 10*time.Millisecond))

			for _, want := range []messages.Round{1, 2, 3, 6} {
				assert.Equal(t, want, l.event().Round)
			}

			assert.Equal(t, []string{"GET /v1/stream?mode=changes", "GET /v1/stream?mode=changes"}, a.requests(), "the second begins anew")

			l.Close()
			a.CloseClientConnections()
		})
	}
}

// After a reset numbers may begin anew.
func TestARoundAfterAResetMayHaveALowerNumber(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	a := newAnswers(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, s.said(50)+"event: reset\ndata: {\"requested\":50,\"oldest\":1,\"newest\":2}\n\n"+s.said(2)+s.said(3))
		_ = http.NewResponseController(w).Flush()

		<-r.Context().Done()
	})
	l := listenTo(t, clientOf(t, a.Listener.Addr()), client.StreamOptions{})

	assert.Equal(t, messages.Round(50), l.event().Round)
	require.Equal(t, api.EventReset, l.event().Type)
	assert.Equal(t, messages.Round(2), l.event().Round)
	assert.Equal(t, messages.Round(3), l.event().Round)

	l.Close()
}

// Changes that name what is not there are no snapshot.
func TestChangesOfWhatIsNotThereAreMalformed(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	a := newAnswers(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, s.said(1)+"event: changes\ndata: {\"round\":2,\"since\":1,\"status\":\"complete\",\"instruments\":{\"X\":{}}}\n\n")
	})
	l := listenTo(t, clientOf(t, a.Listener.Addr()), client.StreamOptions{Mode: client.ModeApplied})

	assert.Equal(t, messages.Round(1), l.event().Round)
	require.ErrorIs(t, l.failure(), client.ErrMalformed)
}
