package service

import (
	"os"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
	"github.com/rollcall-go/rollcall/system/store"
)

// configured is what the record says of a configuration that is in force.
func configured(digest, version string) *messages.RecordFact {
	return &messages.RecordFact{
		At: time.Now(), Kind: messages.FactConfiguration,
		Fields: []messages.Field{
			{Name: "digest", Value: digest},
			{Name: "version", Value: version},
			{Name: "pid", Value: strconv.Itoa(os.Getpid())},
		},
	}
}

// facts are what the record says first in every run: the configuration in force, and what had to be repaired.
func facts(digest, version string, stored store.Recovery, recorded auditlog.Recovery) []*messages.RecordFact {
	found := []*messages.RecordFact{configured(digest, version)}

	for _, fields := range [][]messages.Field{storeRepairs(stored), recordRepairs(recorded)} {
		if len(fields) > 0 {
			found = append(found, &messages.RecordFact{At: time.Now(), Kind: messages.FactRecovered, Fields: fields})
		}
	}

	return found
}

// storeRepairs is what the store found and repaired; nothing after an orderly stop.
func storeRepairs(r store.Recovery) []messages.Field {
	var fields []messages.Field

	if r.Unclean {
		fields = append(fields, messages.Field{Name: "last_stop", Value: "unclean"})
	}

	if r.Corrupt != "" {
		fields = append(fields, messages.Field{Name: "history_moved_to", Value: r.Corrupt}, messages.Field{Name: "reason", Value: r.Reason})
	}

	if r.Temporaries > 0 {
		fields = append(fields, messages.Field{Name: "temporaries_removed", Value: strconv.Itoa(r.Temporaries)})
	}

	return fields
}

// recordRepairs is what the audit log found at its end; nothing after an orderly stop.
func recordRepairs(r auditlog.Recovery) []messages.Field {
	if r.Clean() {
		return nil
	}

	return []messages.Field{
		{Name: "audit_file", Value: r.File},
		{Name: "cut_bytes", Value: strconv.FormatInt(r.CutBytes, 10)},
		{Name: "damage", Value: r.Damage},
	}
}
