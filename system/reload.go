package system

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/actors/vendors"
	"github.com/rollcall-go/rollcall/messages"
)

// ErrNeedsRestart says that settings cannot change while the system runs; the error names them.
var ErrNeedsRestart = errors.New("cannot change while running")

// reloadWithin is what a Reload may take besides the round that is in flight.
const reloadWithin = 5 * time.Second

// Reload makes a running system work by other settings from its next round on, and returns the difference. A vendor that is the same in both is
// not touched. A vendor that is new, or not the same any more, gets a fetcher of its own at once. A round in flight is finished as it was
// begun, with who was asked; then the fetchers that are not needed any more are stopped, and what answers late is counted and
// ignored. When Reload returns without an error, nobody uses the sources of vendors removed or replaced any more.
//
// What is wrong with the settings changes nothing. Name, MaxInFlight and Durability cannot change (ErrNeedsRestart); Store, Record,
// Log, Uniform and FirstRound are those of the start whatever is given. Facts of kind configuration are recorded with the difference,
// others as they are. Reloads follow one another; ctx bounds the wait for the one before. The change itself is carried to its end.
func (s *System) Reload(ctx context.Context, settings Settings) (*Difference, error) {
	if settings.Store == nil {
		settings.Store = s.settings.Store // so that its absence is no wish for another durability
	}

	settings = settings.withDefaults()

	roster, err := settings.check()
	if err != nil {
		return nil, fmt.Errorf("rollcall settings: %w", err)
	}

	if err := s.fixed(&settings); err != nil {
		return nil, fmt.Errorf("rollcall settings: %w", err)
	}

	select {
	case s.reloading <- struct{}{}:
		defer func() { <-s.reloading }()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for another reload: %w", ctx.Err())
	}

	host, err := s.actorSystem()
	if err != nil {
		return nil, err
	}

	difference := compare(&s.settings, &settings)

	if !difference.Empty() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.settings.Deadline+reloadWithin)
		defer cancel()

		if err := s.carryOut(ctx, host, s.draw(settings, roster, difference)); err != nil {
			return difference, fmt.Errorf("reloading: %w", err)
		}
	}

	s.recordReload(host, settings.Facts, difference)

	return difference, nil
}

// fixed returns an error that names what would have to change and cannot.
func (s *System) fixed(settings *Settings) error {
	var names []string

	if settings.Name != s.settings.Name {
		names = append(names, "name")
	}

	if settings.MaxInFlight != s.settings.MaxInFlight {
		names = append(names, "max in flight")
	}

	if cmp.Or(settings.Durability, coordinator.Strict) != cmp.Or(s.settings.Durability, coordinator.Strict) {
		names = append(names, "durability")
	}

	if len(names) == 0 {
		return nil
	}

	return fmt.Errorf("%s: %w", strings.Join(names, ", "), ErrNeedsRestart)
}

// drawn is what a system will be.
type drawn struct {
	settings Settings
	roster   *messages.Roster
	crew     crew
}

// draw makes what is needed for other settings. Nothing of it runs yet. A new fetcher's name was never used before: what an old one's source
// sends to its actor when it returns at last would otherwise reach the new one.
func (s *System) draw(settings Settings, roster *messages.Roster, difference *Difference) *drawn {
	d := &drawn{settings: settings, roster: roster, crew: make(crew, len(settings.Vendors))}
	d.settings.Vendors = slices.Clone(settings.Vendors)
	kept := make(map[messages.Vendor]int, len(difference.Kept)) // place in the present settings

	for i := range s.settings.Vendors {
		kept[s.settings.Vendors[i].Name] = i
	}

	for _, vendor := range slices.Concat(difference.Replaced, difference.Added) {
		delete(kept, vendor)
	}

	s.reloads++

	for i := range d.settings.Vendors {
		v := &d.settings.Vendors[i]

		if at, stays := kept[v.Name]; stays {
			checks := v.Checks
			*v = s.settings.Vendors[at] // with the source that is in use
			v.Checks = checks
			d.crew[i] = s.crew[at]
		} else {
			d.crew[i] = s.child(v, string(v.Name)+"."+strconv.Itoa(s.reloads))
		}

		d.crew[i].Seldom = seldom(v, settings.Every)
	}

	return d
}

// carryOut changes who is there: first the new fetchers come, then the coordinator asks them, then the old ones go. Once the first step is done the
// others follow, and the system is what was drawn.
func (s *System) carryOut(ctx context.Context, host *actor.ActorSystem, d *drawn) error {
	supervisor := ref[vendors.Message](&s.pids, vendorsName)

	_, err := actors.Ask[*vendors.Reconfigured](ctx, host, supervisor, vendors.Message(&vendors.Reconfigure{Children: d.crew}))
	if err != nil {
		return fmt.Errorf("changing the vendors: %w", err)
	}

	asked, err := actors.Ask[*coordinator.Reconfigured](ctx, host, ref[coordinator.Message](&s.pids, coordinatorName),
		coordinator.Message(&coordinator.Reconfigure{
			Roster: d.roster, Fetchers: d.crew.refs(s.pids),
			Every: d.settings.Every, Deadline: d.settings.Deadline, Carry: d.settings.Carry,
			Checks: d.settings.checks(),
		}))
	if err == nil && !asked.Applied {
		err = ErrNotStarted // it is being stopped
	}

	if err != nil {
		err = fmt.Errorf("changing the rounds: %w", err)
	}

	s.become(d)

	return errors.Join(err, s.retire(ctx, host, supervisor))
}

// retire waits until nobody is left who is not needed.
func (s *System) retire(ctx context.Context, host *actor.ActorSystem, supervisor actors.Ref[vendors.Message]) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reloadWithin)
	defer cancel()

	if _, err := actors.Ask[*vendors.Retired](ctx, host, supervisor, vendors.Message(&vendors.Retire{})); err != nil {
		return fmt.Errorf("stopping fetchers: %w", err)
	}

	return nil
}

func (s *System) become(d *drawn) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.settings.Vendors, s.settings.Every = d.settings.Vendors, d.settings.Every
	s.settings.Deadline, s.settings.Carry = d.settings.Deadline, d.settings.Carry
	s.roster, s.crew = d.roster, d.crew
}

// recordReload records the facts, and the difference with the first of them that is about the configuration, or alone.
func (s *System) recordReload(host *actor.ActorSystem, facts []*messages.RecordFact, difference *Difference) {
	at := slices.IndexFunc(facts, func(f *messages.RecordFact) bool { return f.Kind == messages.FactConfiguration })
	facts = slices.Clone(facts)

	if at < 0 {
		at = len(facts)
		facts = append(facts, &messages.RecordFact{At: time.Now(), Kind: messages.FactConfiguration})
	}

	whole := *facts[at]
	whole.Fields = append(slices.Clone(whole.Fields), difference.fields()...)
	facts[at] = &whole

	for _, fact := range facts {
		ref[messages.AuditorMessage](&s.pids, auditorName).Tell(host.Root, fact)
	}
}
