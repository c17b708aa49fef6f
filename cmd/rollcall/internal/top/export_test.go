package top

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

// New is a screen without a service behind it.
func New(url string, now time.Time) tea.Model { return newModel(url, nil, now) }

// The messages that come from outside.

func Heard(e client.Event, at time.Time) tea.Msg { return heard{e, at} }
func Ticked(at time.Time) tea.Msg                { return ticked{at} }

func Polled(status *api.Status, vendors []api.Vendor, audit *api.Audit) tea.Msg {
	return polled{status: status, vendors: vendors, audit: audit}
}

func DetailedVendor(v *api.VendorDetail) tea.Msg {
	return detailed{detail{name: string(v.Vendor.Vendor), vendor: v}}
}

func Steered(text string, err error) tea.Msg { return steered{text, err} }
func Ended(err error) tea.Msg                { return ended{err} }

// Failure is why a view ended by itself.
func Failure(m tea.Model) error {
	shown, _ := m.(*Model)

	return shown.failure
}
