// Package catalog is the shelf of shipped vendor definitions, and reads what a definition says beside the vendor itself: what it is (about) and
// what it has been seen to do (examples). The vendor keys are the business of the configuration; here they are kept as they are written.
//
// A definition is one YAML file, a mapping with the vendor's keys and two more:
//
//	about:
//	  title: Kraken spot ticker
//	  site: https://docs.kraken.com/…
//	  auth: none
//	  limits: counted by address
//	  notes: [It carries no time.]
//	  sources: [a recorded answer]
//	  secrets: {key: the API key, from the account's page}
//	examples:
//	  - name: quotes
//	    symbols: [BTC/USD, {PEPE/USD: pepe}]       # those of the first example if left out
//	    answers:                                   # of a vendor that is polled
//	      - {for: pair=XBTUSD, status: 200, headers: {Content-Type: application/json}, body: '…'}
//	      - {status: 304, conditional: true}       # to a request that asks whether anything has changed
//	    script:                                    # of a vendor that pushes
//	      - {server: '{"type":"welcome"}'}
//	      - {client: '{"op":"subscribe"}', within: 5s}
//	      - {client: ping, idle: 25s}              # a beat, answered by the server step that follows
//	      - {server: pong}
//	      - {silent: 12s}
//	      - {close: 1013, reason: try again}
//	    expect:                                    # the quotes that must come of it
//	      - {instrument: BTC/USD, price: '81240.1', bid: '81240.0', ask: '81240.1', time: '2026-11-20T15:04:05Z', flags: [untimed]}
//	      - {instrument: NOPE/USD, outcome: unknown_symbol}
//	  - name: rate limited
//	    answers: [{status: 429, headers: {Retry-After: '17'}}]
//	    outcome: rate_limited                      # the vendor's outcome where there are no quotes
//	    retry: 17s
//
// In examples a secret's value is its name in capital letters: KEY for {secret.key}. See Entry.TestSecrets.
package catalog

import (
	"embed"
	"errors"
	"fmt"
	"strings"
)

//go:embed definitions/*.yaml
var definitions embed.FS

const (
	folder    = "definitions"
	extension = ".yaml"
)

// ErrUnknown is in the error of Load for a name that no shipped definition has.
var ErrUnknown = errors.New("no such shipped definition")

// Names returns the names of the shipped definitions, sorted.
func Names() []string {
	files, err := definitions.ReadDir(folder)
	if err != nil {
		return nil // cannot happen: the folder is in the binary
	}

	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), extension)
	}

	return names
}

// File returns the text of a shipped definition, and false if there is none with that name.
func File(name string) ([]byte, bool) {
	data, err := definitions.ReadFile(folder + "/" + name + extension)

	return data, err == nil
}

// Load reads a shipped definition.
func Load(name string) (*Entry, error) {
	data, found := File(name)
	if !found {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, name)
	}

	return Parse(data, name+extension)
}
