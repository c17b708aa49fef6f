package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// BudgetsName is the file in the data directory that says what was spent of the budgets.
const BudgetsName = "budgets.json"

const (
	budgetsSchema = "rollcall.budgets/1"
	budgetsMode   = 0o640
	budgetsMost   = 16 << 20 // bytes

	// spendingEvery is how often the file is written at most, and spendingShare how many times as long as writing took is rested afterwards: ten thousand
	// busy budgets are not worth more than a twentieth of a disk.
	spendingEvery = time.Second
	spendingShare = 20

	// spendingLasts is how long a budget that nobody uses is kept: as long as the longest window, a day.
	spendingLasts = 24 * time.Hour
)

// spending keeps on disk what was spent of each budget, so that a restart does not make allowances new. A spend is on disk within
// moments of its request, or within a second where there are many.
type spending struct {
	dir     *durable.Dir
	salt    []byte
	log     *logrus.Entry
	changed chan struct{} // holds one: something has to be written
	stop    chan struct{}
	done    chan struct{}

	mu      sync.Mutex
	budgets map[string]*fetcher.Budget     // in use, by digest
	idle    map[string]fetcher.BudgetState // of those that are not in use
	written []byte                         // the file as it is; nil if it is not there
	failing bool                           // the last write has failed
}

// spent is the file.
type spent struct {
	Schema  string        `json:"schema"`
	Budgets []spentBudget `json:"budgets"`
}

type spentBudget struct {
	Digest string `json:"digest"` // tells whose it is, keyed with the salt beside
	fetcher.BudgetState
}

// openSpending reads what was spent, and begins to write. What is wrong with the file is said and is no error: problem is empty if nothing is.
func openSpending(n *notes, log *logrus.Entry) (s *spending, problem string) {
	s = &spending{
		dir: n.dir, salt: n.salt, log: log, changed: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
		idle: make(map[string]fetcher.BudgetState),
	}

	if err := s.read(); err != nil {
		problem = err.Error()
		log.WithError(err).Warn("what was spent is not known: budgets begin anew")
	}

	_, _ = durable.RemoveTemporaries(s.dir, BudgetsName) // what stays behind does no harm

	go s.run()

	return s, problem
}

// recoveredBudgets is what the record says of a file that could not be read.
func recoveredBudgets(problem string) *messages.RecordFact {
	return &messages.RecordFact{At: time.Now(), Kind: messages.FactRecovered, Fields: []messages.Field{
		{Name: "budgets_forgotten", Value: messages.CleanDetail(problem)},
	}}
}

func (s *spending) read() error {
	file, err := s.dir.Root().Open(BudgetsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}

	if err != nil {
		return fmt.Errorf("%s: %w", BudgetsName, err)
	}
	defer file.Close() //nolint:errcheck // it is only read

	text, err := io.ReadAll(io.LimitReader(file, budgetsMost+1))
	if err != nil {
		return fmt.Errorf("%s: %w", BudgetsName, err)
	}

	if len(text) > budgetsMost {
		return fmt.Errorf("%s: more than %d bytes", BudgetsName, budgetsMost)
	}

	var read spent
	if err := json.Unmarshal(text, &read); err != nil {
		return fmt.Errorf("%s: %w", BudgetsName, err)
	}

	if read.Schema != budgetsSchema {
		return fmt.Errorf("%s: unknown schema %q", BudgetsName, read.Schema)
	}

	for _, b := range read.Budgets {
		s.idle[b.Digest] = b.BudgetState
	}

	return nil
}

// digests are the budgets of a configuration, by what tells them apart.
func (s *spending) digests(c *crew) map[string]*fetcher.Budget {
	found := make(map[string]*fetcher.Budget, len(c.budgets))
	known := make(map[string]bool, len(c.budgets))

	for i := range c.config.Vendors {
		v := &c.config.Vendors[i]
		if b := c.budgets[v.Budget]; b != nil && !known[v.Budget] {
			known[v.Budget] = true
			found[v.BudgetDigest(s.salt)] = b.shared
		}
	}

	return found
}

// restore gives the budgets of a configuration that were not in use what was spent of them before. It comes before they are used.
func (s *spending) restore(c *crew) {
	s.mu.Lock()
	defer s.mu.Unlock()

	now := time.Now()

	for digest, b := range s.digests(c) {
		if state, is := s.idle[digest]; is {
			b.Restore(state, now)
		}
	}
}

// follow makes the budgets of a configuration those that are written.
func (s *spending) follow(c *crew) {
	s.mu.Lock()
	defer s.mu.Unlock()

	next, now := s.digests(c), time.Now()

	for digest, b := range s.budgets {
		if next[digest] == nil {
			b.Watch(nil)
			s.idle[digest] = b.State(now)
		}
	}

	for digest, b := range next {
		delete(s.idle, digest)
		b.Watch(s.tell)
	}

	s.budgets = next
	s.tell()
}

// tell says that something has to be written. It never blocks.
func (s *spending) tell() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

func (s *spending) run() {
	defer close(s.done)

	for {
		select {
		case <-s.changed:
		case <-s.stop:
			return
		}

		begun := time.Now()

		switch wrote, err := s.write(); {
		case err != nil:
			s.tell() // to be tried again
		case !wrote:
			continue
		}

		rest := time.NewTimer(max(spendingEvery, spendingShare*time.Since(begun)))

		select {
		case <-rest.C:
		case <-s.stop:
			rest.Stop()

			return
		}
	}
}

// Close writes what is left to be written. The budgets are not used any more.
func (s *spending) Close() error {
	close(s.stop)
	<-s.done

	_, err := s.write()

	return err
}

// write replaces the file if it is not up to date, and reports whether it was not. Errors are said, the first of several in a row.
func (s *spending) write() (wrote bool, err error) {
	text, wanted := s.text()
	if !wanted {
		return false, nil
	}

	if err = durable.WriteFile(s.dir, BudgetsName, text, budgetsMode); err != nil {
		err = fmt.Errorf("what was spent of the budgets: %w", err)
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	if err == nil {
		s.written = text
	} else if !s.failing {
		s.log.WithError(err).Warn("what was spent of the budgets is not on disk: a restart would forget it")
	}

	s.failing = err != nil

	return true, err
}

// text is the file as it should be, and whether it is not so already.
func (s *spending) text() (text []byte, wanted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	now := time.Now()
	file := spent{Schema: budgetsSchema, Budgets: []spentBudget{}}
	add := func(digest string, state fetcher.BudgetState) {
		if len(state.Spends) > 0 || state.Pause != nil {
			file.Budgets = append(file.Budgets, spentBudget{Digest: digest, BudgetState: state})
		}
	}

	for digest, state := range s.idle {
		if counts(&state, now) {
			add(digest, state)
		} else {
			delete(s.idle, digest)
		}
	}

	for digest, b := range s.budgets {
		add(digest, b.State(now))
	}

	if len(file.Budgets) == 0 && s.written == nil {
		return nil, false
	}

	slices.SortFunc(file.Budgets, func(a, b spentBudget) int { return strings.Compare(a.Digest, b.Digest) })

	text, err := json.Marshal(&file)
	if err != nil {
		return nil, false // times of the year 10000
	}

	text = append(text, '\n')

	return text, !bytes.Equal(text, s.written)
}

// counts reports whether what was spent may still matter.
func counts(state *fetcher.BudgetState, now time.Time) bool {
	if state.Pause != nil && state.Pause.Until.After(now) {
		return true
	}

	return slices.ContainsFunc(state.Spends, func(spend fetcher.Spend) bool { return now.Sub(spend.At) < spendingLasts })
}
