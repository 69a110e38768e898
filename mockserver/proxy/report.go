package proxy

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/keyturn/keyturn/mockserver/contract"
)

// Row is all findings that are alike.
type Row struct {
	// Operation is empty where the document has none.
	Operation string
	Direction Direction
	Level     contract.Level
	// In, Member and Rule are those of contract.Finding.
	In, Member, Rule string
	// Count is the number of exchanges that had it.
	Count       uint64
	First, Last time.Time
	// Example is the request id of the first of them, by which the journal has it.
	Example string
}

// Report is how far a deployment and its callers are from the document.
type Report struct {
	// Upstream is the address of the deployment.
	Upstream string
	// Exchanges were forwarded or should have been, and Drifted of them break the
	// document.
	Exchanges, Drifted uint64
	// Unanswered is how many of the exchanges had no reply of the deployment's. Of those
	// the request alone was compared.
	Unanswered uint64
	// Dropped counts findings for which there was no row left.
	Dropped uint64
	// Rows are violations first, by operation, requests before replies.
	Rows []Row
}

// Drift reports whether anything breaks the document. What it merely does not know is
// none.
func (r Report) Drift() bool { return r.Drifted > 0 }

// Check reports why the report is no proof that the deployment and its callers keep to the
// document: something breaks it, the deployment did not answer, or nothing was compared.
func (r Report) Check() error {
	var reasons []string
	if r.Drift() {
		reasons = append(reasons, fmt.Sprintf("%d of %d exchanges break the document", r.Drifted, r.Exchanges))
	}
	if r.Unanswered > 0 {
		reasons = append(reasons, fmt.Sprintf("%d of %d exchanges were not answered", r.Unanswered, r.Exchanges))
	}
	if r.Exchanges == 0 {
		reasons = append(reasons, "there was no exchange that could be compared with the document")
	}
	if len(reasons) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s", r.Upstream, strings.Join(reasons, ", and "))
}

// Write writes the report for people.
func (r Report) Write(to io.Writer) error {
	unanswered := ""
	if r.Unanswered > 0 {
		unanswered = fmt.Sprintf(", and %d were not answered", r.Unanswered)
	}
	if _, err := fmt.Fprintf(to, "\n%s: %d of %d exchanges break the document%s.\n", r.Upstream, r.Drifted, r.Exchanges, unanswered); err != nil {
		return err
	}
	if len(r.Rows) == 0 {
		return nil
	}
	const padding = 2
	table := tabwriter.NewWriter(to, 0, 0, padding, ' ', 0)
	fmt.Fprintf(table, "\nlevel\toperation\tin\tmember\twhat\tcount\texample\n")
	for _, row := range r.Rows {
		fmt.Fprintf(table, "%s\t%s\t%s %s\t%s\t%s\t%d\t%s\n", row.Level, cmp.Or(row.Operation, "-"), row.Direction, row.In,
			cmp.Or(row.Member, "-"), row.Rule, row.Count, row.Example)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if r.Dropped > 0 {
		_, err := fmt.Fprintf(to, "\n%d further findings are not told apart: there are too many different ones.\n", r.Dropped)
		return err
	}
	return nil
}
