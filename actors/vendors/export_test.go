package vendors

import (
	"fmt"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Core is the supervision with its effects as text.
type Core struct{ supervision *supervision }

// NewCore returns the supervision of the named vendors.
func NewCore(settings Settings, vendors ...messages.Vendor) *Core {
	children := make([]Child, len(vendors))
	for i, vendor := range vendors {
		children[i].Vendor = vendor
	}

	return &Core{supervision: newSupervision(settings.withDefaults(), children)}
}

// Begin starts the supervisor, or restarts it.
func (c *Core) Begin(now time.Time) []string { return c.text(c.supervision.begin(now)) }

// Crashed takes note of a panic.
func (c *Core) Crashed(vendor messages.Vendor, p *actors.Panic, now time.Time) []string {
	return c.text(c.supervision.crashed(vendor, p, now))
}

// Due ends a wait.
func (c *Core) Due(vendor messages.Vendor, try uint64, now time.Time) []string {
	return c.text(c.supervision.due(vendor, try, now))
}

// Recovered takes good news.
func (c *Core) Recovered(message *messages.FetcherRecovered, now time.Time) []string {
	return c.text(c.supervision.recovered(message, now))
}

// Reconfigure changes the vendors; each is a vendor, or vendor=actor, with ~ behind it where it is asked seldom.
func (c *Core) Reconfigure(vendors ...string) []string {
	children := make([]Child, len(vendors))

	for i, text := range vendors {
		text, seldom := strings.CutSuffix(text, "~")
		vendor, actor, _ := strings.Cut(text, "=")
		children[i] = Child{Vendor: messages.Vendor(vendor), Actor: actor, Seldom: seldom}
	}

	return c.text(c.supervision.reconfigure(children))
}

// Introduce tells how new vendors stand.
func (c *Core) Introduce(now time.Time) []string { return c.text(c.supervision.introduce(now)) }

// Steer does what an operator wants: pause, resume or restart.
func (c *Core) Steer(what string, vendor messages.Vendor, now time.Time) []string {
	steer := c.supervision.restart

	switch what {
	case "pause":
		steer = c.supervision.pause
	case "resume":
		steer = c.supervision.resume
	}

	effects, answer := steer(vendor, "ops", now)
	lines := c.text(effects)

	if answer.Refusal != "" {
		return append(lines, "refused: "+string(answer.Refusal))
	}

	return append(lines, "answer "+string(answer.Status.State))
}

// Describe returns every vendor's status.
func (c *Core) Describe() *messages.VendorsDescribed { return c.supervision.describe(time.Time{}) }

// Uplink is how ours seems to be.
func (c *Core) Uplink(now time.Time) messages.UplinkStatus { return c.supervision.status(now) }

func (c *Core) text(effects []effect) []string {
	lines := make([]string, len(effects))

	for i, e := range effects {
		switch e := e.(type) {
		case wake:
			lines[i] = fmt.Sprintf("wake %s try %d after %s", e.vendor, e.try, e.after)
		case revive:
			lines[i] = fmt.Sprintf("revive %s", e.vendor)
		case halt:
			lines[i] = fmt.Sprintf("halt %s", e.vendor)
		case tell:
			lines[i] = fmt.Sprintf("tell %s is %s, restarts %d: %s", e.change.Vendor, e.change.State, e.change.Restarts, e.change.Detail)
		case record:
			lines[i] = strings.ReplaceAll(fmt.Sprintf("record %s %s", e.fact.Vendor, e.fact.Kind), "  ", " ")

			for _, field := range e.fact.Fields {
				lines[i] += fmt.Sprintf(" %s=%.20q", field.Name, field.Value)
			}
		default:
			lines[i] = c.uplinkText(e)
		}
	}

	return lines
}

func (c *Core) uplinkText(e effect) string {
	switch e := e.(type) {
	case look:
		return fmt.Sprintf("look after %s", e.after)
	case spread:
		first := c.supervision.capFor(0)

		return fmt.Sprintf("cap all at %s, turns %d", first.Limit, first.Turns)
	case noteDown:
		return fmt.Sprintf("note down, %d of %d fail", e.uplink.Failing, e.uplink.Vendors)
	case noteUp:
		return fmt.Sprintf("note up, %d of %d fail, worst %d, lasted %s", e.uplink.Failing, e.uplink.Vendors, e.worst, e.lasted)
	default:
		return "?"
	}
}

// Unreachable takes the network's failure.
func (c *Core) Unreachable(vendor messages.Vendor, now time.Time) []string {
	return c.text(c.supervision.unreachable(vendor, now))
}

// Reachable takes the end of the network's failures.
func (c *Core) Reachable(vendor messages.Vendor) []string {
	return c.text(c.supervision.reachable(vendor))
}

// Looked ends the gathering of reports.
func (c *Core) Looked(now time.Time) []string { return c.text(c.supervision.looked(now)) }

// CrashLog is the log of one vendor's crashes.
type CrashLog struct{ log crashLog }

// Write logs one crash.
func (l *CrashLog) Write(log *logrus.Entry, status messages.VendorStatus, p *actors.Panic, now time.Time) {
	l.log.write(log, status, p, now)
}

// Bug returns a message whose handling panics.
func Bug() any { return (*due)(nil) }
