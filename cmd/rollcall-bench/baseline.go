package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// plain is the program a good engineer writes in an hour, the other half of the comparison. It asks everyone at once with one client, gives up
// at the deadline, and keeps the newest snapshot in a file. It knows no retries, no states, no checks of what a vendor sends and no history.
type plain struct {
	client   *http.Client
	urls     []string
	deadline time.Duration
	file     string
}

// plainSnapshot is what it publishes.
type plainSnapshot struct {
	Started time.Time            `json:"started"`
	Elapsed time.Duration        `json:"elapsed_ns"`
	Prices  []map[string]float64 `json:"prices"` // by vendor, then symbol
	Errors  map[int]string       `json:"errors"` // by vendor
}

// plainAnswer is what a vendor sends.
type plainAnswer struct {
	Quotes []struct {
		Symbol string  `json:"symbol"`
		Price  float64 `json:"price"`
	} `json:"quotes"`
}

func newPlain(urls []string, deadline time.Duration, dir string) *plain {
	return &plain{
		client: &http.Client{Transport: &http.Transport{
			MaxIdleConns:        0, // no cap: the default of 100 throws connections away
			MaxIdleConnsPerHost: 4,
			IdleConnTimeout:     90 * time.Second,
		}},
		urls:     urls,
		deadline: deadline,
		file:     filepath.Join(dir, "snapshot.json"),
	}
}

// round implements program.
func (p *plain) round(ctx context.Context) (result, error) {
	started := time.Now()
	prices, failures := make([]map[string]float64, len(p.urls)), make([]error, len(p.urls))

	var group errgroup.Group

	for i, url := range p.urls {
		group.Go(func() error {
			ctx, cancel := context.WithDeadline(ctx, started.Add(p.deadline))
			defer cancel()

			prices[i], failures[i] = p.fetch(ctx, url)

			return nil // one vendor's failure is no reason to give up the others
		})
	}

	if err := group.Wait(); err != nil {
		return result{}, err
	}

	snapshot := plainSnapshot{Started: started, Elapsed: time.Since(started), Prices: prices, Errors: make(map[int]string)}
	usable := 0

	for i := range p.urls {
		usable += len(prices[i])

		if failures[i] != nil {
			snapshot.Errors[i] = failures[i].Error()
		}
	}

	ready := time.Now()

	if err := p.save(&snapshot); err != nil {
		return result{}, err
	}

	return result{ready: ready, usable: usable}, nil
}

func (p *plain) fetch(ctx context.Context, url string) (map[string]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}

	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()

	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, response.Status)
	}

	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}

	var answer plainAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}

	prices := make(map[string]float64, len(answer.Quotes))
	for _, quote := range answer.Quotes {
		prices[quote.Symbol] = quote.Price
	}

	return prices, nil
}

// save replaces the file whole.
func (p *plain) save(snapshot *plainSnapshot) error {
	text, err := json.Marshal(snapshot)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}

	if err := os.WriteFile(p.file+".tmp", text, 0o600); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}

	return os.Rename(p.file+".tmp", p.file)
}

// stop implements program.
func (p *plain) stop(context.Context) error {
	p.client.CloseIdleConnections()

	return nil
}
