package top

import (
	"charm.land/lipgloss/v2"

	"github.com/rollcall-go/rollcall/messages"
)

// ink is what a text is painted with. Nothing is told by ink alone: there is a word or a sign beside it.
type ink int

const (
	normal ink = iota
	strong
	dim
	good
	warn
	bad
	accent
)

// paint paints a text in the colours of the user's terminal. Where there are none, the terminal's driver leaves them out.
func paint(text string, with ink) string {
	style := lipgloss.NewStyle()

	switch with {
	case strong:
		style = style.Bold(true)
	case dim:
		style = style.Faint(true)
	case good:
		style = style.Foreground(lipgloss.Green)
	case warn:
		style = style.Foreground(lipgloss.Yellow)
	case bad:
		style = style.Foreground(lipgloss.Red)
	case accent:
		style = style.Foreground(lipgloss.Cyan).Bold(true)
	case normal:
		return text
	}

	if text == "" {
		return ""
	}

	return style.Inline(true).Render(text)
}

// verdict is the status of an instrument: a sign, a word, an ink.
func verdict(status messages.InstrumentStatus) cell {
	switch status {
	case messages.InstrumentGood:
		return cell{text: "● good", ink: good}
	case messages.InstrumentDegraded:
		return cell{text: "◐ degraded", ink: warn}
	case messages.InstrumentCarried:
		return cell{text: "◌ carried", ink: warn}
	case messages.InstrumentClosed:
		return cell{text: "– closed", ink: dim}
	case messages.InstrumentInsufficient:
		return cell{text: "✕ insufficient", ink: bad}
	default:
		return cell{text: "? " + string(status)}
	}
}

func ending(outcome messages.Outcome) cell {
	switch outcome {
	case messages.OutcomeOK:
		return cell{text: "● ok", ink: good}
	case messages.OutcomePartial, messages.OutcomeLate, messages.OutcomeStale:
		return cell{text: "◐ " + string(outcome), ink: warn}
	case messages.OutcomeClosed, messages.OutcomePaused:
		return cell{text: "– " + string(outcome), ink: dim}
	case "":
		return cell{}
	default:
		return cell{text: "✕ " + string(outcome), ink: bad}
	}
}

func standing(state messages.VendorState) cell {
	switch state {
	case messages.VendorRunning:
		return cell{text: string(state)}
	case messages.VendorPaused:
		return cell{text: string(state), ink: dim}
	case messages.VendorQuarantined:
		return cell{text: string(state), ink: bad}
	case messages.VendorBackoff, messages.VendorProbing:
		return cell{text: string(state), ink: warn}
	default:
		return cell{text: string(state)}
	}
}

func wholeness(status messages.SnapshotStatus) ink {
	switch status {
	case messages.SnapshotComplete:
		return good
	case messages.SnapshotPartial:
		return warn
	case messages.SnapshotEmpty:
		return bad
	default:
		return normal
	}
}
