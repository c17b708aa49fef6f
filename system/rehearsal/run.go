package rehearsal

import (
	"context"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/example"
)

// Patience is how long an example of a vendor that pushes may take to come out right, and how long anything else may take at all.
const Patience = 10 * time.Second

// Run rehearses one example of a definition. Use is how a configuration names the definition: the name of a shipped one, or the absolute path
// of a file. It returns everything that is not as the example promises, in words for people; nothing if all is. The error says
// why it could not be tried, such as mistakes in the definition. Secrets have the values of Entry.TestSecrets.
//
// A vendor that is polled is asked once, or twice where the example has an answer to a conditional request. One that pushes is asked again
// and again until all is right or Patience is over. Where a script is silent for longer than the definition allows, or has beats, the
// definition's silence and pings are made shorter, so that nobody has to wait for them.
func Run(ctx context.Context, entry *catalog.Entry, e example.Example, use string) (wrong []string, err error) {
	s, err := open(ctx, entry, e, use)
	if err != nil {
		return nil, fmt.Errorf("example %q: %w", e.Name, err)
	}

	defer func() {
		if closing := s.close(ctx); err == nil {
			err = closing
		}
	}()

	wrong, err = s.rehearse(ctx)
	if err != nil {
		return nil, fmt.Errorf("example %q: %w", e.Name, err)
	}

	for _, problem := range s.server.Problems(s.entry.Name) {
		wrong = append(wrong, "the client: "+problem)
	}

	return wrong, nil
}

// rehearse holds rounds until one is as promised, and returns what was wrong with the last.
func (s *stage) rehearse(ctx context.Context) (wrong []string, err error) {
	rounds := 1
	if s.example.Conditional() {
		rounds = 2
	}

	for range rounds {
		if wrong, err = s.round(ctx); err != nil {
			return nil, err
		}
	}

	if !s.pushes() {
		return wrong, nil
	}

	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()

	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()

	for len(wrong) > 0 || !s.beaten() {
		select {
		case <-ctx.Done():
			return append(wrong, fmt.Sprintf("gave up after %s; the script: %+v", Patience, s.server.Played(s.entry.Name))), nil
		case <-ticker.C:
		}

		if wrong, err = s.round(ctx); err != nil {
			return nil, err
		}
	}

	return nil, nil
}

// round holds one round and says what of it is not as promised.
func (s *stage) round(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Patience)
	defer cancel()

	snapshot, err := s.service.System().Snapshot(ctx)
	if err != nil {
		return nil, fmt.Errorf("round: %w", err)
	}

	report, _ := snapshot.Vendor(messages.Vendor(s.entry.Name))

	wrong := compareOutcome(&s.example, &report)

	for i := range s.example.Expect {
		wrong = append(wrong, compareQuote(&s.example.Expect[i], snapshot)...)
	}

	return append(wrong, s.compareRetry()...), nil
}
