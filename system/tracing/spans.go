package tracing

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/rollcall-go/rollcall/messages"
)

// spans are those of a round, its own last; none where the ratio leaves it out.
func (t *Tracer) spans(s *messages.Snapshot) []sdktrace.ReadOnlySpan {
	end := s.StartedAt.Add(s.Elapsed)

	ctx, round := t.tracer.Start(context.Background(), "round", trace.WithTimestamp(s.StartedAt))
	if !round.IsRecording() {
		return nil
	}

	listings := s.Roster.Listings()
	for i := range s.Vendors {
		if s.Vendors[i].Attempts > 0 {
			t.fetch(ctx, s, &listings[i], &s.Vendors[i])
		}
	}

	round.SetAttributes(
		attribute.Int64("rollcall.round", int64(s.Round)), //nolint:gosec // rounds are counted one by one
		attribute.String("rollcall.status", string(s.Status)),
		attribute.Bool("rollcall.durable", s.Durable),
		attribute.Int("rollcall.vendors", len(s.Vendors)),
		attribute.Int("rollcall.instruments", len(s.Instruments)),
		attribute.Int64("rollcall.deadline_ms", s.Deadline.Milliseconds()),
	)

	if s.Status == messages.SnapshotEmpty {
		round.SetStatus(codes.Error, string(s.Status))
	}

	round.End(trace.WithTimestamp(end))

	return t.shelf.take()
}

// fetch makes the span of one vendor that was asked.
func (t *Tracer) fetch(ctx context.Context, s *messages.Snapshot, listing *messages.Listing, report *messages.VendorReport) {
	begin, end := times(s, report)
	attributes := []attribute.KeyValue{
		attribute.String("rollcall.vendor", string(listing.Vendor)),
		attribute.String("rollcall.outcome", string(report.Outcome)),
		attribute.Int("rollcall.attempts", report.Attempts),
		attribute.Int("rollcall.quotes", report.Usable),
		attribute.Int("rollcall.expected", len(listing.Instruments)),
	}

	if report.Latency > 0 {
		attributes = append(attributes, attribute.Float64("rollcall.latency_ms", float64(report.Latency)/float64(time.Millisecond)))
	}

	_, span := t.tracer.Start(ctx, "fetch", trace.WithTimestamp(begin), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))

	switch report.Outcome {
	case messages.OutcomeOK, messages.OutcomePartial, messages.OutcomeClosed:
	default:
		span.SetStatus(codes.Error, string(report.Outcome))
	}

	span.End(trace.WithTimestamp(end))
}

// times are when a vendor's last request began and ended. Where only its length is known it is put at the start of the round, and without an
// answer it lasts as long as the round.
func times(s *messages.Snapshot, report *messages.VendorReport) (begin, end time.Time) {
	begin, end = s.StartedAt, s.StartedAt.Add(s.Elapsed)

	if report.Latency <= 0 {
		return begin, end
	}

	for i := range report.Quotes {
		if at := report.Quotes[i].RequestedAt; at.After(begin) && at.Before(end) {
			begin = at

			break
		}
	}

	if answered := begin.Add(report.Latency); answered.Before(end) {
		end = answered
	}

	return begin, end
}

// shelf keeps the spans that have ended until they are taken. One goroutine makes and takes them.
type shelf struct{ spans []sdktrace.ReadOnlySpan }

// OnStart implements trace.SpanProcessor.
func (*shelf) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd implements trace.SpanProcessor.
func (s *shelf) OnEnd(span sdktrace.ReadOnlySpan) { s.spans = append(s.spans, span) }

// Shutdown implements trace.SpanProcessor.
func (*shelf) Shutdown(context.Context) error { return nil }

// ForceFlush implements trace.SpanProcessor.
func (*shelf) ForceFlush(context.Context) error { return nil }

func (s *shelf) take() []sdktrace.ReadOnlySpan {
	taken := s.spans
	s.spans = nil

	return taken
}
