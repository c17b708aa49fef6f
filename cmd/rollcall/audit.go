package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/auditlog"
	"github.com/rollcall-go/rollcall/system/service"
)

func (a *app) audit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Check and read the audit log",
		Long: `The audit log is a hash-chained record of every snapshot, outcome change, crash, restart, quarantine, start and
stop. Both verbs work on the files, whether the service is running or not.`,
		Example: `  rollcall audit verify
  rollcall audit show --kind crashed,restarted`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("unknown command %q for %q: use verify or show", args[0], cmd.CommandPath())
			}

			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.auditVerify(), a.auditShow())

	return cmd
}

func (a *app) auditDir() string { return filepath.Join(a.data, service.AuditDir) }

func (a *app) auditVerify() *cobra.Command {
	var format string

	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check every entry's hash and the chain; name the first bad entry",
		Long: `Verify reads the whole log. Exit code 0: intact; 4: something was changed, and the first bad entry is named;
1: it cannot be read. Whoever can write the files can also cut entries off the end, or forge the whole chain: compare the printed head
with a copy kept elsewhere to notice that.`,
		Example: `  rollcall audit verify
  rollcall audit verify --data /var/lib/rollcall --format json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}

			report, err := auditlog.Verify(a.auditDir())
			if err != nil {
				return a.noRecord(err)
			}

			return a.printReport(&report, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`format`: text or json")
	suggest(cmd, "format", "text", "json")

	return cmd
}

// noRecord says where the record was looked for, and how to name another place.
func (a *app) noRecord(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no audit log in %s: name the data directory of a service with --data: %w", a.data, err)
	}

	return fmt.Errorf("audit log: %w", err)
}

func (a *app) printReport(report *auditlog.Report, format string) error {
	if format == "json" {
		if err := a.printJSON(verified{
			OK: report.OK(), Segments: report.Segments, Entries: report.Entries, Bad: report.Bad, First: problemText(report),
			HeadSeq: report.Head.Seq, HeadHash: report.Head.Hash.String(), Warnings: report.Warnings(),
		}); err != nil {
			return err
		}

		return difference(report)
	}

	for _, warning := range report.Warnings() {
		_, _ = fmt.Fprintf(a.err, "warning: %s\n", warning)
	}

	if !report.OK() {
		_, err := fmt.Fprintf(a.out, "%s: NOT intact: %s\nfirst: %s\n", a.auditDir(), count(int(report.Bad), "bad place"), report.First) //nolint:gosec // a count
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}

		return difference(report)
	}

	_, err := fmt.Fprintf(a.out, "%s: intact: %s in %s, head %d %s\n", a.auditDir(), entries(report.Entries),
		count(report.Segments, "segment"), report.Head.Seq, report.Head.Hash)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}

	return nil
}

func entries(n uint64) string {
	if n == 1 {
		return "1 entry"
	}

	return strconv.FormatUint(n, 10) + " entries"
}

// verified is the JSON form of a report.
type verified struct {
	OK       bool     `json:"ok"`
	Segments int      `json:"segments"`
	Entries  uint64   `json:"entries"`
	Bad      uint64   `json:"bad"`
	First    string   `json:"first,omitempty"`
	HeadSeq  uint64   `json:"head_seq"`
	HeadHash string   `json:"head_hash"`
	Warnings []string `json:"warnings"`
}

func problemText(report *auditlog.Report) string {
	if report.First == nil {
		return ""
	}

	return report.First.String()
}

// difference ends the program with exitDifference if the log is not intact; the report has said why.
func difference(report *auditlog.Report) error {
	if report.OK() {
		return nil
	}

	return &exitError{code: exitDifference}
}
