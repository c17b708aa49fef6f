package system

import (
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/auditor"
	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/actors/core"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/actors/publisher"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/actors/vendors"
	"github.com/rollcall-go/rollcall/actors/writer"
	"github.com/rollcall-go/rollcall/messages"
)

// How many facts the auditor holds while the disk is slow: enough for every vendor to change its outcome in one round and once again, because
// they all come in one burst. Their bytes are bounded as well.
const (
	minFacts       = 10_000
	factsPerVendor = 4
)

// rootProps composes the tree: who exists, in which order they start, and what stands behind each port.
func (s *System) rootProps() *actor.Props {
	s.crew = make(crew, len(s.settings.Vendors))
	for i := range s.settings.Vendors {
		v := &s.settings.Vendors[i]
		s.crew[i] = s.child(v, string(v.Name))
		s.crew[i].Seldom = seldom(v, s.settings.Every)
	}

	auditing := ref[messages.AuditorMessage](&s.pids, auditorName)
	coordinating := ref[messages.CoordinatorMessage](&s.pids, coordinatorName)

	children := []core.Child{
		{Name: auditorName, Vital: true, Props: auditor.Props(
			auditor.Settings{
				Log: s.logFor(auditorName), MaxFacts: max(minFacts, factsPerVendor*len(s.settings.Vendors)), Uniform: s.settings.Uniform,
			}, s.record())},
		{Name: publisherName, Props: publisher.Props(publisher.Settings{Log: s.logFor(publisherName)}, coordinating)},
	}

	if s.settings.Store != nil {
		children = append(children, core.Child{Name: writerName, Vital: true, Props: writer.Props(
			writer.Settings{Log: s.logFor(writerName)}, s.settings.Store, coordinating, auditing)})
	}

	children = append(children,
		core.Child{Name: coordinatorName, Vital: true, Props: s.coordinatorProps(auditing)},
		core.Child{Name: vendorsName, Props: s.vendorsProps(coordinating, auditing)})

	return core.Props(core.Settings{
		Children: children,
		Begin:    s.begin,
		Fatal:    s.fail,
		Log:      s.logFor("core"),
	}, auditing)
}

func (s *System) coordinatorProps(auditing actors.Ref[messages.AuditorMessage]) *actor.Props {
	refs := coordinator.Refs{
		Fetchers:  s.crew.refs(s.pids),
		Writer:    actors.NewRef[messages.WriterMessage](s.pids.Writer),
		Publisher: ref[messages.PublisherMessage](&s.pids, publisherName),
	}
	if s.settings.Record != nil {
		refs.Auditor = auditing
	}

	return coordinator.Props(coordinator.Settings{
		Every:      s.settings.Every,
		Deadline:   s.settings.Deadline,
		Roster:     s.roster,
		FirstRound: s.settings.FirstRound,
		Carry:      s.settings.Carry,
		Checks:     s.settings.checks(),
		Durability: s.settings.Durability,
		Latest:     &s.latest,
		Uniform:    s.settings.Uniform,
		Log:        s.logFor(coordinatorName),
	}, refs)
}

// crew is who is there below the supervisor, in the order of the vendors. It is never changed, only replaced.
type crew []vendors.Child

// names are the names of the fetchers.
func (c crew) names() map[messages.Vendor]string {
	names := make(map[messages.Vendor]string, len(c))
	for i := range c {
		names[c[i].Vendor] = c[i].Actor
	}

	return names
}

// refs are who is asked.
func (c crew) refs(pids PIDs) []actors.Ref[messages.FetcherMessage] {
	pids.fetchers = c.names()

	refs := make([]actors.Ref[messages.FetcherMessage], len(c))
	for i := range c {
		refs[i] = actors.NewRef[messages.FetcherMessage](pids.Fetcher(c[i].Vendor))
	}

	return refs
}

func (s *System) vendorsProps(
	coordinating actors.Ref[messages.CoordinatorMessage], auditing actors.Ref[messages.AuditorMessage],
) *actor.Props {
	return vendors.Props(vendors.Settings{Uniform: s.settings.Uniform, Log: s.logFor(vendorsName)}, s.crew, coordinating, auditing)
}

// child is what stands for a vendor below the supervisor, as an actor of that name.
func (s *System) child(v *Vendor, name string) vendors.Child {
	supervisor := ref[messages.VendorsMessage](&s.pids, vendorsName)
	poll := func(supervisor actors.Ref[messages.VendorsMessage]) *actor.Props {
		return fetcher.Props(v.fetcherSettings(&s.settings, s.slots), v.Source, supervisor)
	}

	var props *actor.Props

	switch {
	case v.Stream == nil:
		props = poll(supervisor)
	case v.Source == nil:
		props = streamer.Props(v.streamerSettings(&s.settings), v.Stream, nil, supervisor)
	default: // the streamer speaks for its fallback
		props = streamer.Props(v.streamerSettings(&s.settings), v.Stream, poll(actors.Ref[messages.VendorsMessage]{}), supervisor)
	}

	return vendors.Child{Vendor: v.Name, Actor: name, Props: props}
}

// seldom reports whether a vendor is asked too seldom to be one of those that fail at once.
func seldom(v *Vendor, every time.Duration) bool {
	return v.Stream == nil && v.Every > max(every, vendors.UplinkWindow)
}

// begin runs once, when every actor is up: the start is recorded, then the clock starts.
func (s *System) begin(from actors.Sender) {
	s.mu.Lock()
	defer s.mu.Unlock()

	auditing := ref[messages.AuditorMessage](&s.pids, auditorName)
	auditing.Tell(from, &messages.RecordFact{
		At: time.Now(), Kind: messages.FactStarted, Round: s.settings.FirstRound,
		Fields: []messages.Field{
			{Name: "vendors", Value: strconv.Itoa(len(s.settings.Vendors))},
			{Name: "instruments", Value: strconv.Itoa(len(s.roster.Entries()))},
			{Name: "every", Value: s.settings.Every.String()},
			{Name: "deadline", Value: s.settings.Deadline.String()},
		},
	})

	for _, fact := range s.settings.Facts {
		auditing.Tell(from, fact)
	}

	ref[messages.CoordinatorMessage](&s.pids, coordinatorName).Tell(from, &messages.StartRounds{})
}

// fail is called by the root, at most once.
func (s *System) fail(err error) {
	s.failure = err
	close(s.fatal)
}
