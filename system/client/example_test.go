package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
	"github.com/rollcall-go/rollcall/system/secret"
)

// The newest prices, and why some are missing.
func ExampleClient_Snapshot() {
	c, err := client.New("http://127.0.0.1:8080", client.WithToken(secret.New(os.Getenv("ROLLCALL_TOKEN"))))
	if err != nil {
		fmt.Println(err)

		return
	}

	snapshot, err := c.Snapshot(context.Background(), client.SnapshotQuery{Selection: messages.Selection{Classes: []string{"forex"}}})

	switch {
	case client.Status(err) == http.StatusUnauthorized:
		fmt.Println("the token is not accepted")
	case err != nil:
		fmt.Println(err)
	default:
		for i, entry := range snapshot.Roster.Entries() {
			fmt.Println(entry.Instrument, snapshot.Instruments[i].Price, snapshot.Instruments[i].Status)
		}
	}
}

// Every round, once and in order, over whatever the network does. Only changes travel.
func ExampleClient_Subscribe() {
	c, err := client.New("http://127.0.0.1:8080")
	if err != nil {
		fmt.Println(err)

		return
	}

	subscription, err := c.Subscribe(client.StreamOptions{Mode: client.ModeApplied})
	if err != nil {
		fmt.Println(err)

		return
	}
	defer subscription.Close()

	for {
		event, err := subscription.Next(context.Background())
		if err != nil {
			fmt.Println(err) // the service does not let us listen

			return
		}

		switch event.Type {
		case api.EventSnapshot:
			fmt.Println(event.Round, event.Snapshot.Status, event.Snapshot.Missing())
		case api.EventSkipped:
			fmt.Println("missed", event.Skipped.Count, "rounds")
		case api.EventReset:
			fmt.Println("rounds after", event.Reset.Requested, "are not kept any more")
		default:
		}
	}
}

// A long poll, for those who cannot keep a stream open.
func ExampleSnapshotQuery() {
	c, err := client.New("http://127.0.0.1:8080")
	if err != nil {
		fmt.Println(err)

		return
	}

	for last := messages.Round(0); ; {
		snapshot, err := c.Snapshot(context.Background(), client.SnapshotQuery{After: last, Wait: 30 * time.Second})
		if errors.Is(err, client.ErrNothingNew) {
			continue
		}

		if err != nil {
			fmt.Println(err)

			return
		}

		last = snapshot.Round
		fmt.Println(last, snapshot.Status)
	}
}
