package streamer

import (
	"math"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
)

// note writes what an operator wants to see. A line that connects and fails all day is up or down; it is not a line of log for each attempt.
func (s *streamer) note(e effect) {
	switch e := e.(type) {
	case noteUp:
		s.logFor(e.line).Info("stream is live")
	case noteDown:
		s.logFor(e.line).WithFields(logrus.Fields{"outcome": e.failure.Outcome, "detail": e.failure.Detail}).Warn("stream is down")
	case noteThin:
		s.logFor(e.line).WithFields(logrus.Fields{"rate": math.Round(e.rate), "usual": math.Round(e.usual)}).
			Warn("stream is alive but thin: far fewer updates a minute than usual")
	case noteBusy:
		s.logFor(e.line).Info("stream is no longer thin")
	case connect, cut, wake, poll, answer, recovered, report, crash:
	}
}

// logFor names the line where there are several.
func (s *streamer) logFor(line int) *logrus.Entry {
	if len(s.board.lines) == 1 {
		return s.settings.Log
	}

	return s.settings.Log.WithField("connection", line+1)
}

// summary is what a debug log shows of an answer.
func summary(message any) logrus.Fields {
	switch message := message.(type) {
	case *messages.QuotesFetched:
		return logrus.Fields{"round": message.Round, "usable": message.Usable, "stream": message.Feed.Stream.State}
	case *messages.FetchFailed:
		return logrus.Fields{
			"round": message.Round, "outcome": message.Failure.Outcome, "detail": message.Failure.Detail,
			"stream": message.Feed.Stream.State,
		}
	default:
		return nil
	}
}
