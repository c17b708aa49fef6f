package service

import (
	"errors"
	"fmt"
	"sync"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// crew is what stands behind the vendors of one configuration. It is never changed: a reload makes another one, which shares with it what stays
// the same.
type crew struct {
	config  *config.Config
	members map[messages.Vendor]*member
	budgets map[string]*budget

	schedules []fetcher.Schedule // how often the vendors are asked, in the order of the file
	digest    func() string      // of the configuration, made once
}

// member is a vendor whose definition has been compiled.
type member struct {
	config *config.Vendor    // of the crew's configuration
	feed   *feed.Source      // nil for a vendor that only pushes
	source fetcher.Source    // what the fetcher asks: the feed, or what was wrapped around it
	stream *streaming.Stream // nil for a vendor that is only polled
}

// assemble compiles the definitions of a configuration, but for those that were compiled before and are still the same. All mistakes are
// returned, joined.
func assemble(cfg *config.Config, before *crew, wrap func(messages.Vendor, fetcher.Source) fetcher.Source) (*crew, error) {
	if before == nil {
		before = &crew{}
	} else {
		cfg.KeepBudgets(*before.config)
	}

	c := &crew{config: cfg, members: make(map[messages.Vendor]*member, len(cfg.Vendors)), budgets: budgets(cfg, before.budgets)}
	c.digest = sync.OnceValue(cfg.Digest)

	var errs []error

	for i := range cfg.Vendors {
		v := &cfg.Vendors[i]

		if known := before.members[v.Name]; known != nil && known.config.Equal(*v) {
			same := *known
			same.config = v // so that an older configuration can be forgotten
			c.members[v.Name] = &same

			continue
		}

		m, err := compile(v, wrap)
		if err != nil {
			errs = append(errs, fmt.Errorf("vendor %s: %w", v.Name, err))

			continue
		}

		c.members[v.Name] = m
	}

	if len(errs) > 0 {
		c.closeBut(before)

		return nil, errors.Join(errs...)
	}

	c.schedules = fetcher.Plan(cfg.Every, c.entries())

	return c, nil
}

// entries are what the vendors' calls take from their budgets.
func (c *crew) entries() []fetcher.Entry {
	entries := make([]fetcher.Entry, len(c.config.Vendors))

	for i := range c.config.Vendors {
		v := &c.config.Vendors[i]
		entries[i] = fetcher.Entry{Vendor: v.Name, Every: v.Every}

		if b := c.budgets[v.Budget]; b != nil {
			entries[i].Budget = b.settings
		}

		if polled := c.members[v.Name].feed; polled != nil {
			entries[i].Cost = polled.Cost(v.Listing().Instruments)
		}
	}

	return entries
}

func compile(v *config.Vendor, wrap func(messages.Vendor, fetcher.Source) fetcher.Source) (m *member, err error) {
	m = &member{config: v}

	pushes := v.Feed.Stream.URL != ""

	if !pushes || v.Feed.URL != "" || len(v.Feed.Endpoints) > 0 {
		if m.feed, err = feed.New(v.Feed); err != nil {
			return nil, err
		}

		m.source = m.feed
		if wrap != nil {
			m.source = wrap(v.Name, m.feed)
		}
	}

	if !pushes {
		return m, nil
	}

	if m.stream, err = feed.NewStream(v.Feed, m.feed); err != nil {
		return nil, err
	}

	return m, nil
}

// closeBut closes the sources that another crew, which may be nil, does not use.
func (c *crew) closeBut(other *crew) {
	for name, m := range c.members {
		if m.feed != nil && !other.uses(name, m.feed) {
			m.feed.Close()
		}
	}
}

func (c *crew) uses(name messages.Vendor, source *feed.Source) bool {
	return c != nil && c.members[name] != nil && c.members[name].feed == source
}

// vendors are the members as the system knows them, in the order of the file.
func (c *crew) vendors() []system.Vendor {
	vendors := make([]system.Vendor, len(c.config.Vendors))

	for i := range c.config.Vendors {
		v := &c.config.Vendors[i]
		vendors[i] = c.members[v.Name].vendor(v)
		vendors[i].Every, vendors[i].AfterFailure = c.schedules[i].Every, c.schedules[i].AfterFailure
		vendors[i].Checks = checks(c.config.ChecksOf(i, max(c.config.Every, c.schedules[i].Every)))

		if b := c.budgets[v.Budget]; b != nil {
			vendors[i].Budget = b.shared
		}
	}

	return vendors
}

func checks(c config.Checks) coordinator.Checks {
	return coordinator.Checks{
		Jump:    c.Jump.Millionths(),
		Within:  c.Within,
		Confirm: c.Confirm,
		Agree:   c.Agree,
		Outlier: c.Outlier.Millionths(),
		Spread:  c.Spread.Int(),
		Stuck:   c.Stuck.Int(),
	}
}

func (m *member) vendor(v *config.Vendor) system.Vendor {
	listing := v.Listing()
	made := system.Vendor{
		Name:        v.Name,
		Class:       v.Class,
		Instruments: listing.Instruments,
		Classes:     listing.Classes,
		Source:      m.source,
		Deadline:    v.Deadline,
		Retry: fetcher.Retry{
			Attempts: v.Retry.Attempts,
			Backoff:  actors.Backoff{Base: v.Retry.Backoff, Max: v.Retry.MaxBackoff},
		},
		MaxAge:  v.MaxAge,
		MaxSkew: v.MaxSkew,
	}

	if m.stream != nil {
		made.Stream = m.stream
		made.Connections = streamer.Connections{
			Shard: m.stream.Shard(), Silence: m.stream.Silence(), MaxAge: m.stream.MaxAge(), Thin: m.stream.Thin(),
		}
	}

	return made
}
