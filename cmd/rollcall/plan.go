package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
)

func (a *app) plan() *cobra.Command {
	var file, old, format string

	cmd := &cobra.Command{
		Use:   "plan -c NEW",
		Short: "Say what reloading a configuration would change",
		Long: `Plan compares a configuration with the one in force, as the data directory knows it, or with another file. It starts nothing and asks
nobody. A vendor keeps its connection if nothing of it changes. Exit code 0: a reload would be accepted, also where nothing would change;
2: the configuration has mistakes, or something in it needs a restart.`,
		Example: `  rollcall plan -c r.yaml                          against the running service
  rollcall plan -c new.yaml --old r.yaml
  rollcall plan -c r.yaml && kill -HUP $(pidof rollcall)`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, "table", "json"); err != nil {
				return err
			}

			cfg, err := a.load(file)
			if err != nil {
				return err
			}

			a.applyData(cmd, cfg)

			running, err := a.inForce(cmd, old, cfg)
			if err != nil {
				return err
			}

			return a.showPlan(running, cfg, format)
		},
	}
	configFlag(cmd, &file, "the new configuration `file`")
	cmd.Flags().StringVar(&old, "old", "", "compare with this `file` instead of what is in force")
	cmd.Flags().StringVar(&format, "format", "table", "`format`: table or json")
	suggest(cmd, "format", "table", "json")

	return cmd
}

// inForce is what the new configuration is compared with.
func (a *app) inForce(cmd *cobra.Command, old string, cfg *config.Config) (*service.Running, error) {
	if old != "" {
		before, err := a.load(old)
		if err != nil {
			return nil, err
		}

		a.applyData(cmd, before)

		return service.Describe(before)
	}

	running, err := service.ReadRunning(cfg.Data)
	if errors.Is(err, service.ErrNotRunning) {
		return nil, usageError("%w; name the data directory with --data, or a file to compare with --old", err)
	}

	return running, err
}

func (a *app) showPlan(running *service.Running, cfg *config.Config, format string) error {
	if cfg.HTTP.Listen == "" { // then where it listens is not the file's to say
		cfg.HTTP.Listen = running.Listen()
	}

	plan, err := service.Compare(running, cfg)
	if err != nil {
		return err
	}

	if format == "json" {
		err = json.NewEncoder(a.out).Encode(plan)
	} else {
		err = a.planTable(plan)
	}

	if err != nil || plan.Reload() {
		return err
	}

	keys := make([]string, len(plan.Restart))
	for i, change := range plan.Restart {
		keys[i] = change.Key
	}

	return usageError("a reload would be refused: a restart is needed for %s", strings.Join(keys, ", "))
}

func (a *app) planTable(plan *service.Plan) error {
	t := &table{colour: a.wantsColour(a.out)}
	t.header("VENDOR", "ACTION", "WHY")

	for _, v := range plan.Vendors {
		t.row(cell{text: string(v.Vendor), style: bold}, cell{text: string(v.Action), style: actionStyle(v.Action)}, cell{text: strings.Join(v.Keys, ", ")})
	}

	if err := t.write(a.out); err != nil {
		return err
	}

	for _, v := range plan.Vendors {
		if v.Stretched != "" {
			if _, err := fmt.Fprintf(a.out, "%s is asked less often: %s\n", v.Vendor, printable(v.Stretched)); err != nil {
				return err
			}
		}
	}

	for _, change := range plan.Rounds {
		when := "with the next round"
		if strings.HasPrefix(change.Key, "http.") {
			when = "at once"
		}

		if _, err := fmt.Fprintf(a.out, "%s: %s\n", when, changeText(change)); err != nil {
			return err
		}
	}

	for _, change := range plan.Restart {
		if _, err := fmt.Fprintf(a.out, "needs a restart: %s\n", changeText(change)); err != nil {
			return err
		}
	}

	if plan.SecretsUnknown {
		_, _ = fmt.Fprintln(a.err, "warning: changed secrets cannot be seen: the data directory's salt is for its owner only")
	}

	return nil
}

func changeText(change service.Change) string {
	return fmt.Sprintf("%s %s → %s", printable(change.Key), orNone(change.From), orNone(change.To))
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}

	return printable(text)
}

func actionStyle(action service.Action) style {
	switch action {
	case service.Starts:
		return green
	case service.Stops:
		return red
	case service.Replaced:
		return yellow
	case service.Keeps:
		return dim
	default:
		return plain
	}
}
