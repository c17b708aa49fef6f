package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// remote controls the vendors of the other process.
type remote struct {
	client  *http.Client
	address string
}

func newRemote(address string) *remote {
	return &remote{client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}, address: address}
}

// set changes how the vendors behave.
func (r *remote) set(ctx context.Context, m mode) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("mode: %w", err)
	}

	_, err = r.post(ctx, "/mode", text)

	return err
}

// longest returns the longest that an answer was held back since it was last asked.
func (r *remote) longest(ctx context.Context) (time.Duration, error) {
	text, err := r.post(ctx, "/longest", nil)
	if err != nil {
		return 0, err
	}

	var held time.Duration
	if err := json.Unmarshal(text, &held); err != nil {
		return 0, fmt.Errorf("control: %w", err)
	}

	return held, nil
}

func (r *remote) post(ctx context.Context, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}

	response, err := r.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	defer func() { _ = response.Body.Close() }()

	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}

	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("control: %s answers %s", path, response.Status)
	}

	return text, nil
}
