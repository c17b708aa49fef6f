package tracing

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Settings say where spans go.
type Settings struct {
	Endpoint string                   // http or https; /v1/traces where it has no path
	Ratio    float64                  // the part of the rounds that is traced, above 0 and at most 1; 0 means 1
	Headers  map[string]secret.Secret // sent with each export
	Timeout  time.Duration            // of one export; DefaultTimeout if 0
	Queue    int                      // rounds that wait; DefaultQueue if 0
	Version  string                   // of the program; may be empty
	Log      *logrus.Entry            // nil discards
}

// The defaults.
const (
	DefaultTimeout = 5 * time.Second
	DefaultQueue   = 8
)

// Stats are how many rounds went where, since the start. Rounds that the ratio leaves out are not among them.
type Stats struct{ Sent, Failed, Dropped uint64 }

// Tracer makes spans of rounds and sends them. Its methods may be called from any goroutine.
type Tracer struct {
	exporter *otlptrace.Exporter
	tracer   trace.Tracer
	shelf    *shelf
	log      *logrus.Entry
	timeout  time.Duration

	queue  chan *messages.Snapshot
	mu     sync.RWMutex // of closed: nobody sends to a closed queue
	closed bool
	ctx    context.Context //nolint:containedctx // what exports end with; Close cancels it
	cancel context.CancelFunc
	done   chan struct{}

	sent, failed, dropped atomic.Uint64
}

// ErrRatio says that a ratio is none.
var ErrRatio = errors.New("the ratio of traced rounds must be above 0 and at most 1")

// New starts a tracer. The collector need not be there.
func New(settings Settings) (*Tracer, error) {
	if settings.Ratio == 0 {
		settings.Ratio = 1
	}

	if !(settings.Ratio > 0 && settings.Ratio <= 1) || math.IsNaN(settings.Ratio) {
		return nil, fmt.Errorf("tracing: %w", ErrRatio)
	}

	if settings.Timeout == 0 {
		settings.Timeout = DefaultTimeout
	}

	if settings.Queue == 0 {
		settings.Queue = DefaultQueue
	}

	client, err := newUpload(&settings)
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}

	ctx, cancel := context.WithCancel(context.Background())

	exporter, err := otlptrace.New(ctx, client)
	if err != nil {
		cancel()

		return nil, fmt.Errorf("tracing: %w", err)
	}

	t := &Tracer{
		exporter: exporter, shelf: &shelf{}, log: logs.OrSilent(settings.Log), timeout: settings.Timeout,
		queue: make(chan *messages.Snapshot, settings.Queue), ctx: ctx, cancel: cancel, done: make(chan struct{}),
	}

	provider := sdktrace.NewTracerProvider(
		sdktrace.WithSpanProcessor(t.shelf),
		sdktrace.WithSampler(sdktrace.TraceIDRatioBased(settings.Ratio)),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "rollcall"), attribute.String("service.version", settings.Version))),
	)
	t.tracer = provider.Tracer("github.com/rollcall-go/rollcall/system/tracing")

	go t.run()

	return t, nil
}

// Round hands a published round on. It never waits: if too many wait already, the round is dropped and counted.
func (t *Tracer) Round(s *messages.Snapshot) {
	t.mu.RLock()
	defer t.mu.RUnlock()

	if t.closed {
		return
	}

	select {
	case t.queue <- s:
	default:
		t.dropped.Add(1)
	}
}

// Stats returns them.
func (t *Tracer) Stats() Stats {
	return Stats{Sent: t.sent.Load(), Failed: t.failed.Load(), Dropped: t.dropped.Load()}
}

// Close sends what waits, until ctx ends, and takes no more rounds. Closing it twice does nothing.
func (t *Tracer) Close(ctx context.Context) error {
	t.mu.Lock()

	if !t.closed {
		t.closed = true
		close(t.queue)
	}

	t.mu.Unlock()

	defer t.cancel()

	select {
	case <-t.done:
	case <-ctx.Done():
		t.cancel()
		<-t.done
	}

	if err := t.exporter.Shutdown(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("tracing: %w", err)
	}

	return nil
}

// run sends rounds, one after the other.
func (t *Tracer) run() {
	defer close(t.done)

	failing := false

	for s := range t.queue {
		if t.ctx.Err() != nil {
			t.dropped.Add(1)

			continue
		}

		spans := t.spans(s)
		if len(spans) == 0 {
			continue
		}

		err := t.export(spans)
		if err == nil {
			t.sent.Add(1)
		} else {
			t.failed.Add(1)
		}

		switch { // once for each change, not once for each round
		case err != nil && !failing:
			t.log.WithError(err).Warn("traces cannot be sent")
		case err == nil && failing:
			t.log.Info("traces are sent again")
		}

		failing = err != nil
	}
}

func (t *Tracer) export(spans []sdktrace.ReadOnlySpan) error {
	ctx, cancel := context.WithTimeout(t.ctx, t.timeout)
	defer cancel()

	return t.exporter.ExportSpans(ctx, spans) //nolint:wrapcheck // the caller logs it under its own name
}
