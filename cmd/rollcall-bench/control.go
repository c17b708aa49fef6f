package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// fleetTask says what vendors to play.
type fleetTask struct {
	Vendors, Symbols int
	Moves            int // after how many rounds a vendor's prices move; 0: never
}

// fleetPlace is where they are; it is printed as one line of JSON once they answer.
type fleetPlace struct {
	Port    int
	Control string // address of the control server
}

// mode is how the vendors behave.
type mode struct {
	Hold time.Duration // how long each answer is held back
	Hang int           // one request in so many is never answered; 0: none
}

// playVendors serves until in ends, which it does when the parent process ends, however it ends.
func playVendors(ctx context.Context, t fleetTask, in io.Reader, out io.Writer) error {
	if err := raiseFiles(t.Vendors); err != nil {
		return err
	}

	f := newFleet(t.Vendors, t.Symbols, t.Moves)
	ctx, cancel := context.WithCancel(ctx)

	defer cancel()

	var config net.ListenConfig

	// A listener on one loopback address would not get what is sent to the others.
	vendors, err := config.Listen(ctx, "tcp4", ":0")
	if err != nil {
		return fmt.Errorf("vendors: %w", err)
	}

	control, err := config.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}

	address, ok := vendors.Addr().(*net.TCPAddr)
	if !ok {
		return errors.New("vendors: the listener has no port")
	}

	if err := json.NewEncoder(out).Encode(fleetPlace{Port: address.Port, Control: control.Addr().String()}); err != nil {
		return fmt.Errorf("vendors: %w", err)
	}

	go func() {
		_, _ = io.Copy(io.Discard, in)

		cancel()
	}()

	return f.run(ctx, vendors, control)
}

func (f *fleet) run(ctx context.Context, vendors, control net.Listener) error {
	server := &http.Server{Handler: f.handler(), ReadHeaderTimeout: time.Second}

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return f.listen(ctx, vendors) })
	group.Go(func() error {
		if err := server.Serve(control); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("control: %w", err)
		}

		return nil
	})
	group.Go(func() error {
		<-ctx.Done()

		return server.Close()
	})

	return group.Wait()
}

// handler serves the control of the vendors.
func (f *fleet) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /mode", func(w http.ResponseWriter, r *http.Request) {
		var m mode
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			http.Error(w, "mode cannot be read", http.StatusBadRequest)

			return
		}

		f.set(m)
	})
	mux.HandleFunc("POST /longest", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(f.longest.Swap(0)) // the client notices what it does not get
	})

	return mux
}
