package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
)

// probeList asks the vendor which symbols it has, and shows them beside the instruments that are configured.
func (a *app) probeList(ctx context.Context, vendor *config.Vendor) error {
	if vendor.Feed.Listing.URL == "" {
		return usageError("the definition of %s has no listing: it does not say where the vendor lists its symbols", vendor.Name)
	}

	source, err := feed.New(vendor.Feed) //nolint:contextcheck // requests get their context when they are sent
	if err != nil {
		return usageError("%w", err)
	}
	defer source.Close()

	listed, err := source.Listed(ctx)
	if failure, is := errors.AsType[*messages.Failure](err); is {
		return fmt.Errorf("the vendor's list: %s %s", failure.Outcome, failure.Detail)
	}

	if err != nil {
		return fmt.Errorf("the vendor's list: %w", err)
	}

	return a.printListed(vendor, listed)
}

func (a *app) printListed(vendor *config.Vendor, listed []feed.ListedSymbol) error {
	configured := make(map[string]string, len(vendor.Feed.Symbols))

	for i := range vendor.Feed.Symbols {
		symbol := &vendor.Feed.Symbols[i]

		name := symbol.VendorSymbol
		if name == "" {
			name = string(symbol.Instrument)
		}

		configured[name] = string(symbol.Instrument)
	}

	t := &table{colour: a.wantsColour(a.out), width: reportWidth}
	t.header("SYMBOL", "BASE", "QUOTE", "INSTRUMENT")

	for _, symbol := range listed {
		t.row(
			cell{text: symbol.Symbol, style: bold}, cell{text: symbol.Base}, cell{text: symbol.Quote}, cell{text: configured[symbol.Symbol]},
		)
		delete(configured, symbol.Symbol)
	}

	if err := t.write(a.out); err != nil {
		return err
	}

	for i := range vendor.Feed.Symbols {
		instrument := string(vendor.Feed.Symbols[i].Instrument)

		for name, missing := range configured {
			if missing != instrument {
				continue
			}

			if _, err := fmt.Fprintf(a.out, "%s is asked for as %s, which the vendor does not list\n", instrument, name); err != nil {
				return fmt.Errorf("the vendor's list: %w", err)
			}
		}
	}

	return nil
}
