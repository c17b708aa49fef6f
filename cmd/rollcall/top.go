package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/rollcall-go/rollcall/cmd/rollcall/internal/top"
	"github.com/rollcall-go/rollcall/system/client"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/secret"
)

// tokenVariable names the environment variable that a token may be in.
const tokenVariable = "ROLLCALL_TOKEN"

// topFlags are what top can be told.
type topFlags struct {
	url    string
	token  string // file
	ca     string // file
	once   bool
	format string
}

func (a *app) top() *cobra.Command {
	var flags topFlags

	cmd := orderly(&cobra.Command{
		Use:   "top",
		Short: "Watch a running service in the terminal: prices, vendors, the round as it goes, what happened",
		Long: `Top attaches to the HTTP API of a running service. Keys: 1-4 or tab for the views, arrows or j k for the rows, enter for the
sources of a price, / to filter, p to pause the display, R to release a vendor, ? for all of them, q to quit.

A token comes from --token-file or from the environment variable ROLLCALL_TOKEN, never from the command line. With --once the newest
snapshot is printed instead; that needs no terminal.`,
		Example: `  rollcall top                                                   the service on this machine
  rollcall top --url https://prices.example.com --token-file ~/.rollcall-token
  rollcall top --once
  rollcall top --once --format json | jq .status.durable_round`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", flags.format, "table", "json"); err != nil {
				return err
			}

			if cmd.Flags().Changed("format") && !flags.once {
				return usageError("--format is for --once")
			}

			return a.watchService(cmd.Context(), &flags)
		},
	})
	cmd.Flags().StringVar(&flags.url, "url", "http://"+config.DefaultListen, "`URL` of the service")
	cmd.Flags().StringVar(&flags.token, "token-file", "", "`file` with the token alone on its first line")
	cmd.Flags().StringVar(&flags.ca, "ca", "", "PEM `file` with the authorities to trust instead of the system's")
	cmd.Flags().BoolVar(&flags.once, "once", false, "print the newest snapshot and the vendors, then end")
	cmd.Flags().StringVar(&flags.format, "format", "table", "with --once, the `format`: table or json")
	suggest(cmd, "format", "table", "json")
	suggest(cmd, "url", "http://"+config.DefaultListen)

	return cmd
}

// watchService shows a service that is there and lets us look; else the error says what to do.
func (a *app) watchService(ctx context.Context, flags *topFlags) error {
	service, err := a.connect(flags)
	if err != nil {
		return err
	}
	defer service.Close()

	if flags.once {
		return topAdvice(a.printService(ctx, service, flags.format), service)
	}

	in, isFile := a.in.(*os.File)
	if !isFile || !term.IsTerminal(int(in.Fd())) || !isTerminal(a.out) {
		return usageError("this is no terminal: use --once for a plain print")
	}

	if kind, _ := a.env("TERM"); kind == "dumb" {
		return usageError("this terminal (TERM=dumb) has no screen to draw on: use --once for a plain print")
	}

	if _, err := service.Status(ctx); err != nil {
		return unlessCancelled(ctx, topAdvice(err, service))
	}

	return topAdvice(top.Run(ctx, top.Options{Client: service, In: a.in, Out: a.out, Environment: os.Environ()}), service)
}

// connect makes the client of the service.
func (a *app) connect(flags *topFlags) (*client.Client, error) {
	token, err := a.token(flags.token)
	if err != nil {
		return nil, err
	}

	options := []client.Option{client.WithToken(token), client.WithAgent("rollcall-top/" + versionText())}

	if flags.ca != "" {
		pem, err := readAtMost(flags.ca)
		if err != nil {
			return nil, usageError("--ca: %w", err)
		}

		options = append(options, client.WithCA(pem))
	}

	service, err := client.New(flags.url, options...)
	if errors.Is(err, client.ErrURL) {
		return nil, usageError("--url: %w", err)
	}

	if err != nil {
		return nil, usageError("%w", err)
	}

	return service, nil
}

// token is what the file or the environment says; the file wins.
func (a *app) token(file string) (secret.Secret, error) {
	if file == "" {
		text, _ := a.env(tokenVariable)

		return secret.New(text), nil
	}

	found, err := secret.Resolver{}.File(file)
	if err != nil {
		return secret.Secret{}, usageError("--token-file: %w", err)
	}

	for _, warning := range found.Warnings {
		_, _ = fmt.Fprintf(a.err, "warning: %s\n", warning)
	}

	return secret.New(found.Text), nil
}

func readAtMost(path string) ([]byte, error) {
	const most = 1 << 20

	file, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written

	return io.ReadAll(io.LimitReader(file, most))
}

// topAdvice says what to do about a service that cannot be looked at.
func topAdvice(err error, service *client.Client) error {
	switch status := client.Status(err); {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens at %s: start 'rollcall demo' or 'rollcall run -c FILE', or name another with --url", service.URL())
	case status == http.StatusUnauthorized:
		return fmt.Errorf("%s needs a valid token: name its file with --token-file, or put it into %s", service.URL(), tokenVariable)
	case status == http.StatusMisdirectedRequest:
		return fmt.Errorf("%s does not go by that name: use an address of it, or add the name to http.hosts there: %w", service.URL(), err)
	default:
		return err
	}
}
