package main

import "github.com/rollcall-go/rollcall/messages"

func statusStyle(s messages.SnapshotStatus) style {
	switch s {
	case messages.SnapshotComplete:
		return green
	case messages.SnapshotPartial:
		return yellow
	case messages.SnapshotEmpty:
		return red
	default:
		return plain
	}
}

func instrumentStyle(s messages.InstrumentStatus) style {
	switch s {
	case messages.InstrumentGood:
		return green
	case messages.InstrumentInsufficient:
		return red
	case messages.InstrumentDegraded, messages.InstrumentCarried, messages.InstrumentClosed:
		return yellow
	default:
		return plain
	}
}

func outcomeStyle(o messages.Outcome) style {
	switch o {
	case messages.OutcomeOK:
		return green
	case messages.OutcomePartial, messages.OutcomeLate, messages.OutcomeStale, messages.OutcomeClosed:
		return yellow
	default:
		return red
	}
}
