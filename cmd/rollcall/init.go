package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/config"
)

func (a *app) initial() *cobra.Command {
	var use []string

	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a commented configuration to standard output",
		Long: `Init prints a configuration that works at once with 'rollcall sim' in another terminal; with --use, one that asks
shipped vendors (see 'rollcall vendors').`,
		Example: `  rollcall init > r.yaml                 then edit it
  rollcall init --use kraken,ecb > r.yaml && rollcall check -c r.yaml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text := config.Sample()

			if len(use) > 0 {
				var err error
				if text, err = configurationOf(use); err != nil {
					return err
				}
			}

			_, err := a.out.Write(text)

			return err
		},
	}
	cmd.Flags().StringSliceVar(&use, "use", nil, "`names` of shipped vendors, separated by commas")
	_ = cmd.RegisterFlagCompletionFunc("use", cobra.FixedCompletions(catalog.Names(), cobra.ShellCompDirectiveNoFileComp)) // defined above

	return cmd
}

// configurationOf writes a configuration that asks shipped vendors. An instrument stands at the vendors of one class only.
func configurationOf(names []string) ([]byte, error) {
	var text strings.Builder

	text.WriteString("# Rollcall asks every vendor at once and publishes one snapshot at the deadline. Check with: rollcall check -c FILE\n" +
		"every: 5s      # the interval between rounds\ndeadline: 2s   # how long a round waits, at most every\ndata: ./rollcall-data\nvendors:\n")

	classes := make(map[string]string)

	for i, name := range names {
		entry, err := loadEntry(name)
		if err != nil {
			return nil, err
		}

		if slices.Contains(names[:i], name) {
			return nil, usageError("--use names %s twice", name)
		}

		fmt.Fprintf(&text, "  %s:   # %s; limits: %s\n    use: %s\n", entry.Name, entry.About.Title, entry.About.Limits, entry.Name)

		if secrets := entry.About.Secrets; len(secrets) > 0 {
			text.WriteString("    secrets:\n")

			for _, secret := range slices.Sorted(maps.Keys(secrets)) {
				fmt.Fprintf(&text, "      %s: \"${%s}\"   # %s\n", secret, variable(entry.Name, secret), secrets[secret])
			}
		}

		fmt.Fprintf(&text, "    symbols: [%s]   # 'rollcall vendors show %s' lists what it knows\n",
			strings.Join(instruments(entry, classes), ", "), entry.Name)
	}

	return []byte(text.String()), nil
}

// variable is the environment variable that holds a vendor's secret, such as FINNHUB_KEY.
func variable(vendor, secret string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(vendor + "_" + secret))
}

// instruments are those of the first example that have a price, without those that another class has already.
func instruments(entry *catalog.Entry, classes map[string]string) []string {
	var names []string

	for _, quote := range entry.Examples[0].Expect {
		class, taken := classes[quote.Instrument]
		if quote.Outcome != "" || taken && class != entry.ClassOf(quote.Instrument) {
			continue
		}

		classes[quote.Instrument] = entry.ClassOf(quote.Instrument)
		names = append(names, quote.Instrument)
	}

	return names
}
