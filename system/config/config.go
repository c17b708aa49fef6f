package config

import (
	"cmp"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
)

// Config is a whole configuration: checked, defaults filled in, references replaced. Every way to print or encode it masks its secrets.
type Config struct {
	// Every is the interval between rounds, Deadline how long a round waits; Deadline ≤ Every.
	Every    time.Duration `yaml:"every"`
	Deadline time.Duration `yaml:"deadline"`
	// Data is the directory of everything that is stored, as written.
	Data       string     `yaml:"data"`
	Durability Durability `yaml:"durability"`
	History    History    `yaml:"history"`
	// Carry is how long the last accepted price may stand in for a missing one; 0 means never.
	Carry time.Duration `yaml:"carry"`
	// Checks are what prices are held against, but for what vendors say themselves.
	Checks Checks `yaml:"checks"`
	// MaxInFlight is how many vendors may be asked at the same moment.
	MaxInFlight int `yaml:"max_in_flight"`
	// HTTP is the API and the dashboard.
	HTTP HTTP `yaml:"http"`
	// Metrics are what Prometheus is told, Tracing where spans go.
	Metrics Metrics `yaml:"metrics"`
	Tracing Tracing `yaml:"tracing"`
	// Vendors stand in the order of the file.
	Vendors []Vendor `yaml:"vendors"`
	// Warnings are about what is allowed and probably not meant, by position.
	Warnings []Mistake `yaml:"-"`

	written map[string]string // path → how a text with references was written
}

// Durability says whether a snapshot is on disk before it is published.
type Durability string

// The durabilities.
const (
	DurabilityStrict  Durability = "strict"  // on disk first
	DurabilityRelaxed Durability = "relaxed" // published first
)

// History is how long snapshots are kept.
type History struct {
	Retention time.Duration `yaml:"retention"`
}

// Vendor is one upstream provider.
type Vendor struct {
	Name messages.Vendor `yaml:"-"`
	// Use is the definition it began with, as written; empty if it has none.
	Use string `yaml:"use"`
	// Class is the asset class of those of its instruments that have none of their own.
	Class string `yaml:"class"`
	// Feed is how it is asked and how its answer is read.
	Feed feed.Definition `yaml:",inline"`
	// Every is how often it is asked at most; 0 means in each round.
	Every time.Duration `yaml:"every"`
	// Deadline is how long this vendor may take; at most the round's.
	Deadline time.Duration `yaml:"deadline"`
	Limits   Limits        `yaml:"limits"`
	Retry    Retry         `yaml:"retry"`
	// MaxAge is the age from which a quote is stale, MaxSkew how far ahead of our clock the vendor's may be.
	MaxAge  time.Duration `yaml:"max_age"`
	MaxSkew time.Duration `yaml:"max_skew"`
	// Checks are what its prices are held against, as far as they differ from the program's.
	Checks Checks `yaml:"checks"`

	// Budget is the name of the budget it spends from, one of Config.Budgets; empty if it has no limits.
	Budget string `yaml:"-"`

	written map[string]string // path below the vendor → how a text with references was written
}

// Retry says how often and after what pauses a request is made again within a round.
type Retry struct {
	Attempts   int           `yaml:"attempts"` // requests in all, 1 means no retry
	Backoff    time.Duration `yaml:"backoff"`  // before the first retry; doubles each time
	MaxBackoff time.Duration `yaml:"max_backoff"`
}

// Listing is the vendor's line in the roster.
func (v Vendor) Listing() messages.Listing {
	listing := messages.Listing{Vendor: v.Name, Class: v.Class, Instruments: make([]messages.Instrument, 0, len(v.Feed.Symbols))}
	for i := range v.Feed.Symbols {
		listing.Add(v.Feed.Symbols[i].Instrument, cmp.Or(v.Feed.Symbols[i].Class, v.Class))
	}

	return listing
}

// Listings are the vendors' lines in the roster, in the order of the file.
func (c Config) Listings() []messages.Listing {
	listings := make([]messages.Listing, len(c.Vendors))
	for i := range c.Vendors {
		listings[i] = c.Vendors[i].Listing()
	}

	return listings
}
