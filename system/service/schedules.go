package service

import (
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/system/config"
)

// Schedules says how often each vendor of a configuration would be polled so that its budget holds, and why, in the order of the file. A vendor
// that only pushes has a schedule too, which nobody follows. Nobody is asked. The error lists every definition that does not compile.
func Schedules(cfg *config.Config) ([]fetcher.Schedule, error) {
	crew, err := assemble(cfg, nil, nil)
	if err != nil {
		return nil, err
	}
	defer crew.closeBut(nil)

	return crew.schedules, nil
}
