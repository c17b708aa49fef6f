package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
)

// listenFlag adds --listen.
func listenFlag(cmd *cobra.Command, address *string, usage string) {
	cmd.Flags().StringVar(address, "listen", "", usage)
	suggest(cmd, "listen", config.DefaultListen, "127.0.0.1:0", config.ListenOff)
}

// applyListen lets an explicit --listen win over the configuration, and the default be where neither says.
func applyListen(address string, cfg *config.Config) {
	switch {
	case address != "":
		cfg.HTTP.Listen = address
	case cfg.HTTP.Listen == "":
		cfg.HTTP.Listen = config.DefaultListen
	}
}

// serviceURL is where a browser finds a running service; empty where nobody listens.
func serviceURL(s *service.Service, cfg *config.Config) string {
	address := s.Addr()
	if address == nil {
		return ""
	}

	scheme := "http"
	if cfg.HTTP.TLS.Cert != "" {
		scheme = "https"
	}

	return scheme + "://" + address.String() + "/"
}

// listenAdvice says what to do about an address that cannot be had.
func listenAdvice(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%w; stop who listens there, or name another address with --listen, or --listen off", err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%w; ports below 1024 are for root: name another with --listen", err)
	default:
		return err
	}
}
