package top

import (
	"context"
	"errors"
	"net/http"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/client"
)

const (
	pollEvery  = 2 * time.Second
	tickEvery  = 250 * time.Millisecond // what an open round's bars need
	askWithin  = 5 * time.Second
	steerLimit = 15 * time.Second
	tailLength = 100 // entries of the record
	pastRounds = 120 // of one instrument or vendor
)

func tick() tea.Cmd {
	return tea.Tick(tickEvery, func(at time.Time) tea.Msg { return ticked{at} })
}

func pollLater(service *client.Client) tea.Cmd {
	again := poll(service, false)

	return tea.Tick(pollEvery, func(time.Time) tea.Msg { return again() })
}

// poll asks for what the stream does not tell. What fails stays as it was: the stream says whether the service is there.
func poll(service *client.Client, extra bool) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), askWithin)
		defer cancel()

		found := polled{extra: extra}

		found.status, _ = service.Status(ctx)
		found.vendors, _ = service.Vendors(ctx)

		audit, err := service.Audit(ctx, client.AuditQuery{Kinds: telling(), Page: client.Page{Limit: tailLength}})
		if status := client.Status(err); status == http.StatusForbidden || status == http.StatusNotFound {
			found.refused = err.Error()
		}

		found.audit = audit

		return found
	}
}

// telling are the kinds of entries that say something new: a snapshot a round would hide them.
func telling() []messages.FactKind {
	return []messages.FactKind{
		messages.FactStarted, messages.FactShutdown, messages.FactOutcome, messages.FactAccepted, messages.FactCrashed, messages.FactRestarted,
		messages.FactQuarantined, messages.FactRecovered, messages.FactPaused, messages.FactResumed, messages.FactConfiguration,
		messages.FactClockStep, messages.FactPoison, messages.FactGap, messages.FactDurability, messages.FactSystemic,
	}
}

// look reads the one thing that is looked into.
func look(service *client.Client, where pane, name string) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), askWithin)
		defer cancel()

		found := detail{name: name}
		if where == prices {
			found.instrument, found.err = service.Instrument(ctx, messages.Instrument(name), client.InstrumentQuery{Page: client.Page{Limit: pastRounds}})
		} else {
			found.vendor, found.err = service.Vendor(ctx, messages.Vendor(name))
		}

		return detailed{found}
	}
}

// steer does what was asked for.
func steer(service *client.Client, q *question) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), steerLimit)
		defer cancel()

		do := service.Restart
		if q.do == resume {
			do = service.Resume
		}

		found, err := do(ctx, q.name)
		if err != nil {
			return steered{err: explained(err)}
		}

		return steered{text: plain(string(q.name)) + " is " + plain(string(found.State))}
	}
}

// explained is what the service says, without what it was asked.
func explained(err error) error {
	if refused, is := errors.AsType[*client.Error](err); is && refused.Problem.Detail != "" {
		return errors.New(messages.CleanDetail(refused.Problem.Detail))
	}

	return err
}
