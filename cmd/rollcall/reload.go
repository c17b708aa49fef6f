package main

import (
	"context"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
)

// reloader makes a running service follow its configuration file.
type reloader struct {
	load    func() (*config.Config, error)
	service *service.Service
	manager *notifier
	log     *logrus.Entry
}

// follow reloads at each signal until ctx ends; signals that come meanwhile count as one. The function it returns ends it and waits for a
// reload that is under way, which a service that is being stopped cuts short.
func (r *reloader) follow(ctx context.Context, hangups <-chan os.Signal) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})

	go func() {
		defer close(ended)

		for {
			select {
			case <-hangups:
				r.reload(ctx)
			case <-ctx.Done():
				return
			}
		}
	}()

	return func() {
		cancel()
		<-ended
	}
}

// reload tells systemd and reloads.
func (r *reloader) reload(ctx context.Context) {
	r.manager.say(reloadingState())
	r.carryOut(ctx)

	if ctx.Err() == nil { // else it has been told that we stop
		r.manager.say("READY=1")
	}
}

// reloadingState is what systemd wants to hear before a reload: the second line lets it tell one reload from another.
func reloadingState() string {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return "RELOADING=1"
	}

	return "RELOADING=1\nMONOTONIC_USEC=" + strconv.FormatInt(now.Nano()/int64(time.Microsecond), 10)
}

// carryOut reads the file again. Whatever is wrong with it leaves everything as it was.
func (r *reloader) carryOut(ctx context.Context) {
	began := time.Now()

	cfg, err := r.load()
	if err != nil {
		r.refused(err)

		return
	}

	for _, warning := range cfg.Warnings {
		r.log.Warn("configuration: " + warning.String())
	}

	difference, err := r.service.Reload(ctx, cfg)

	switch {
	case err == nil:
		r.log.WithFields(counts(difference)).WithField("took", time.Since(began).Round(time.Millisecond).String()).
			Info("configuration reloaded: " + difference.String())
	case errors.Is(err, system.ErrNotStarted): // it is being stopped
	case difference != nil:
		r.log.WithError(err).Error("configuration reloaded, but not everything followed: " + difference.String())
	default:
		r.refused(err)
	}
}

// refused says why a configuration is not taken, with a line for each mistake.
func (r *reloader) refused(err error) {
	mistakes, are := errors.AsType[*config.Errors](err)
	if !are {
		r.log.WithError(err).Error("configuration not reloaded, nothing has changed")

		return
	}

	for i := range mistakes.Mistakes {
		r.log.Error("configuration: " + mistakes.Mistakes[i].String())
	}

	r.log.WithField("mistakes", len(mistakes.Mistakes)+mistakes.More).Error("configuration not reloaded, nothing has changed")
}

func counts(d *system.Difference) logrus.Fields {
	return logrus.Fields{"added": len(d.Added), "removed": len(d.Removed), "replaced": len(d.Replaced), "kept": len(d.Kept)}
}
