package gateway_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway"
)

// archive is the stage as the history.
type archive struct{ *stage }

// Snapshot implements gateway.History.
func (a archive) Snapshot(ctx context.Context, round messages.Round) (*messages.Snapshot, error) {
	if err := a.delay(ctx); err != nil {
		return nil, err
	}

	a.mu.Lock()
	defer a.mu.Unlock()

	if round == 0 || int(round) > len(a.stored) {
		return nil, gateway.ErrNoRound
	}

	return a.stored[round-1], nil
}

// delay answers at once, or with the end of ctx where the stage is slow.
func (a archive) delay(ctx context.Context) error {
	a.mu.Lock()
	slow, failing := a.slow, a.failing
	a.mu.Unlock()

	if slow {
		<-ctx.Done()

		return ctx.Err()
	}

	return failing
}

// selected are the rounds of a query, newest first.
func (a archive) selected(query gateway.RoundsQuery) []*messages.Snapshot {
	a.mu.Lock()
	defer a.mu.Unlock()

	var found []*messages.Snapshot

	for _, s := range slices.Backward(a.stored) {
		switch at := s.PublishedAt; {
		case !query.From.IsZero() && at.Before(query.From), !query.To.IsZero() && !at.Before(query.To):
		case query.Before > 0 && s.Round >= query.Before, query.Status != "" && s.Status != query.Status:
		case len(found) == query.Limit:
		default:
			found = append(found, s)
		}
	}

	return found
}

// Rounds implements gateway.History.
func (a archive) Rounds(ctx context.Context, query gateway.RoundsQuery) ([]api.RoundSummary, error) {
	if err := a.delay(ctx); err != nil {
		return nil, err
	}

	var found []api.RoundSummary

	for _, s := range a.selected(query) {
		found = append(found, api.RoundSummary{
			Round: s.Round, Status: s.Status, StartedAt: s.StartedAt.Add(time.Microsecond), PublishedAt: s.PublishedAt, ElapsedMS: s.Elapsed.Milliseconds(),
			DeadlineMS: s.Deadline.Milliseconds(), Vendors: len(s.Vendors), Instruments: len(s.Instruments),
		})
	}

	return found, nil
}

// Series implements gateway.History.
func (a archive) Series(ctx context.Context, instrument messages.Instrument, query gateway.RoundsQuery) ([]api.Point, error) {
	if err := a.delay(ctx); err != nil {
		return nil, err
	}

	var found []api.Point

	for _, s := range a.selected(query) {
		report, known := s.Price(instrument)
		if !known {
			continue
		}

		point := api.Point{Round: s.Round, At: s.PublishedAt, Status: report.Status, Used: report.Used}

		if !report.Price.IsZero() {
			text, age := report.Price.Text(), report.Age.Milliseconds()
			point.Price, point.AgeMS = &text, &age
		}

		found = append(found, point)
	}

	return found, nil
}

// record is the stage as the audit log.
type record struct{ *stage }

// Entries implements gateway.Record.
func (r record) Entries(_ context.Context, query gateway.RecordQuery) ([]api.AuditEntry, error) {
	r.mu.Lock()
	defer r.mu.Unlock()

	var found []api.AuditEntry

	for _, e := range slices.Backward(r.entries) {
		switch {
		case query.Before > 0 && e.Seq >= query.Before, query.Vendor != "" && e.Vendor != query.Vendor:
		case !query.From.IsZero() && e.At.Before(query.From), !query.To.IsZero() && !e.At.Before(query.To):
		case len(query.Kinds) > 0 && !slices.Contains(query.Kinds, e.Kind), len(found) == query.Limit:
		default:
			e.Data = maps.Clone(e.Data)
			found = append(found, e)
		}
	}

	return found, r.failing
}

// Verification implements gateway.Record.
func (r record) Verification() api.Verification {
	at := began()

	return api.Verification{State: "broken", CheckedAt: &at, Entries: 6, Head: "head", Problem: "entry 3 is about licensed"}
}

// answered is an answer with its whole body.
type answered struct {
	*http.Response

	body []byte
}

// into reads the body as JSON.
func (r answered) into(t *testing.T, value any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(r.body, value), string(r.body))
}

// problem reads the body as a problem.
func (r answered) problem(t *testing.T) api.Problem {
	t.Helper()

	var found api.Problem

	r.into(t, &found)

	return found
}

// ask sends a request; headers are names and values by turns.
func (s *stage) ask(t *testing.T, token, method, path string, headers ...string) answered {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, method, s.url+path, http.NoBody)
	require.NoError(t, err)

	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}

	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}

	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}

	response, err := transport.RoundTrip(request)
	require.NoError(t, err)

	defer func() { require.NoError(t, response.Body.Close()) }()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return answered{response, body}
}

// get asks for what must be there.
func (s *stage) get(t *testing.T, token, path string, headers ...string) answered {
	t.Helper()

	answer := s.ask(t, token, http.MethodGet, path, headers...)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s: %s", path, answer.body)

	return answer
}
