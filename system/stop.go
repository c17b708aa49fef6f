package system

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/core"
	"github.com/rollcall-go/rollcall/messages"
)

// The phases of Stop and what each may take; together less than the 10 s that Stop promises.
const (
	stopRoundsWithin    = 5500 * time.Millisecond // close the round, write what is outstanding
	stopFetchersWithin  = 750 * time.Millisecond
	stopPublisherWithin = 500 * time.Millisecond
	stopWriterWithin    = 250 * time.Millisecond // everything was written or given up before
	stopRecordWithin    = 750 * time.Millisecond // twice: complete the record, then end the auditor
	stopRootWithin      = 250 * time.Millisecond // twice: before everything else, and last
)

// UndrainedError says what was not on disk when the system stopped.
type UndrainedError struct {
	Snapshots int // rounds that were never acknowledged by the store
	Entries   int // audit entries that were never written
}

// Error implements error.
func (e *UndrainedError) Error() string {
	return fmt.Sprintf("stopped with %d snapshots and %d audit entries not written", e.Snapshots, e.Entries)
}

// Stop ends the system in order: the schedule stops and the open round is closed with what is there; outstanding snapshots are written;
// fetches are cancelled; subscribers get the last snapshot; the audit log is completed with a shutdown entry. It takes at most about 10 s and
// less if ctx ends. What could not be written is told by *UndrainedError. Stopping twice waits for the first. A system
// that was stopped, also before it was started, stays so.
func (s *System) Stop(ctx context.Context) error {
	s.mu.Lock()

	switch s.phase {
	case idle:
		s.phase = stopping
		close(s.stopped)
		s.mu.Unlock()

		return nil
	case stopping:
		s.mu.Unlock()
		<-s.stopped

		return s.stopErr
	case running:
	}

	s.phase = stopping
	s.mu.Unlock()

	s.stopErr = s.drain(ctx)
	close(s.stopped)

	return s.stopErr
}

func (s *System) drain(ctx context.Context) error {
	var (
		undrained UndrainedError
		errs      []error
	)

	_, err := within(ctx, stopRootWithin, func(ctx context.Context) (*core.Quiesced, error) {
		return actors.Ask[*core.Quiesced](ctx, s.host, actors.NewRef[core.Message](s.pids.Root), core.Message(&core.Quiesce{}))
	})
	errs = append(errs, err)

	last, err := within(ctx, stopRoundsWithin, func(ctx context.Context) (*messages.RoundsStopped, error) {
		return actors.Ask[*messages.RoundsStopped](ctx, s.host,
			ref[messages.CoordinatorMessage](&s.pids, coordinatorName), messages.CoordinatorMessage(&messages.StopRounds{}))
	})
	if err != nil {
		errs = append(errs, fmt.Errorf("closing the last round: %w", err))
		last = &messages.RoundsStopped{}
	}

	undrained.Snapshots = last.Unwritten
	errs = append(errs,
		s.end(ctx, stopFetchersWithin, s.pids.Vendors, actors.StopWait),
		s.end(ctx, stopPublisherWithin, s.pids.Publisher, actors.PoisonWait),
		s.end(ctx, stopWriterWithin, s.pids.Coordinator, actors.PoisonWait),
		s.end(ctx, stopWriterWithin, s.pids.Writer, actors.PoisonWait))

	flushed, err := s.completeRecord(ctx, last)
	errs = append(errs, err, s.end(ctx, stopRootWithin, s.pids.Root, actors.StopWait))
	undrained.Entries = flushed.Unwritten

	if s.owned {
		s.host.Shutdown()
	}

	if undrained != (UndrainedError{}) {
		errs = append(errs, &undrained)
	}

	return errors.Join(errs...)
}

// completeRecord writes the shutdown entry, the last of a run, and waits until it is on disk.
func (s *System) completeRecord(ctx context.Context, last *messages.RoundsStopped) (*messages.RecordFlushed, error) {
	auditor := ref[messages.AuditorMessage](&s.pids, auditorName)
	auditor.Tell(s.host.Root, &messages.RecordFact{
		At: time.Now(), Kind: messages.FactShutdown, Round: last.LastRound,
		Fields: []messages.Field{{Name: "unwritten_snapshots", Value: strconv.Itoa(last.Unwritten)}},
	})

	flushed, err := within(ctx, stopRecordWithin, func(ctx context.Context) (*messages.RecordFlushed, error) {
		return actors.Ask[*messages.RecordFlushed](ctx, s.host, auditor, messages.AuditorMessage(&messages.FlushRecord{}))
	})
	if err != nil {
		return &messages.RecordFlushed{}, fmt.Errorf("completing the audit log: %w", err)
	}

	return flushed, s.end(ctx, stopRecordWithin, s.pids.Auditor, actors.PoisonWait)
}

func (s *System) end(
	ctx context.Context, limit time.Duration, pid *actor.PID, stop func(context.Context, *actor.ActorSystem, *actor.PID) error,
) error {
	if pid == nil {
		return nil
	}

	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	return stop(ctx, s.host, pid)
}

func within[R any](ctx context.Context, limit time.Duration, do func(context.Context) (R, error)) (R, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	return do(ctx)
}
