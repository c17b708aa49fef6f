//go:build generated

// Command apiclient shows that a client which a generator makes of the API's OpenAPI document compiles and works. The client itself is not kept:
// `make client` makes it and builds this command with it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	_ "github.com/oapi-codegen/runtime" // what the generated client needs
)

const within = 20 * time.Second

func main() {
	if err := run(os.Args[1], os.Getenv("ROLLCALL_TOKEN"), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run asks a service for its status, a price and what was never priced.
func run(url, token string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()

	authorize := func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)

		return nil
	}

	client, err := NewClientWithResponses(url, WithRequestEditorFn(authorize))
	if err != nil {
		return err
	}

	status, err := client.GetStatusWithResponse(ctx)
	if err != nil {
		return err
	}

	instrument, err := client.GetInstrumentWithResponse(ctx, "EUR/USD", &GetInstrumentParams{})
	if err != nil {
		return err
	}

	nothing, err := client.GetInstrumentWithResponse(ctx, "NOTHING", &GetInstrumentParams{})
	if err != nil {
		return err
	}

	if status.JSON200 == nil || instrument.JSON200 == nil || instrument.JSON200.Price == nil || nothing.ApplicationproblemJSON404 == nil {
		return errors.New("an answer is not what the document says")
	}

	_, err = fmt.Fprintf(out, "%s %s %s; %d\n",
		status.JSON200.Role, instrument.JSON200.Instrument, *instrument.JSON200.Price, nothing.ApplicationproblemJSON404.Status)

	return err
}
