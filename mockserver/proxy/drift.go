package proxy

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keyturn/keyturn/mockserver/contract"
)

// Direction tells who is different from the document.
type Direction string

// The directions: a request is the caller's doing, a reply the deployment's.
const (
	Request      Direction = "request"
	FromUpstream Direction = "reply"
)

// What of a path and a method can be shown: words and versions. Everything else may be an
// id, or worse.
var (
	plainSegment = regexp.MustCompile(`^(v[0-9]{1,2}|[A-Za-z][A-Za-z_-]{0,29})?$`)
	plainMethod  = regexp.MustCompile(`^[A-Z]{1,8}$`)
)

// Undocumented is the finding for a request that no operation of the document answers.
// The path is shown as far as its segments are no data.
func Undocumented(method, path string) contract.Finding {
	const most = 8
	segments := strings.Split(path, "/")
	if len(segments) > most {
		segments = append(segments[:most:most], "...")
	}
	for i, segment := range segments {
		if !plainSegment.MatchString(segment) && i < most {
			segments[i] = "*"
		}
	}
	if !plainMethod.MatchString(method) {
		method = "*"
	}
	return contract.Finding{
		Level: contract.Violation, In: contract.InPath, Member: method + " " + strings.Join(segments, "/"), Rule: "undocumented operation",
	}
}

// mostRows is how many different findings are told apart. What a document and the
// members of one API can differ in is far less.
const mostRows = 1000

// Drift is the ledger of what is different from the document, one row for all findings
// that are alike. It is bounded, and safe for concurrent use.
type Drift struct {
	upstream string

	mu        sync.Mutex
	rows      map[key]*Row
	exchanges uint64
	drifted   uint64
	// unanswered had no reply that could be compared.
	unanswered uint64
	dropped    uint64
}

type key struct {
	operation string
	direction Direction
	finding   contract.Finding
}

// NewDrift returns an empty ledger for the deployment at the address.
func NewDrift(upstream string) *Drift { return &Drift{upstream: upstream, rows: map[key]*Row{}} }

// Exchange is what one exchange adds to the ledger.
type Exchange struct {
	// Operation is empty for a request that no operation answers.
	Operation string
	At        time.Time
	// RequestID is what the journal and the log call it.
	RequestID string
	// Unanswered says that there was no reply of the deployment's to compare, whoever is
	// to blame: it, the way there, or the caller.
	Unanswered bool
	// Request and Reply are what was found in each direction.
	Request, Reply []contract.Finding
}

// Drifted reports whether the exchange breaks the document, in either direction.
func (e Exchange) Drifted() bool {
	violation := func(f contract.Finding) bool { return f.Level == contract.Violation }
	return slices.ContainsFunc(e.Request, violation) || slices.ContainsFunc(e.Reply, violation)
}

// Note counts an exchange and what was found in it.
func (d *Drift) Note(e Exchange) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.exchanges++
	if e.Drifted() {
		d.drifted++
	}
	if e.Unanswered {
		d.unanswered++
	}
	for _, finding := range e.Request {
		d.count(key{e.Operation, Request, finding}, e)
	}
	for _, finding := range e.Reply {
		d.count(key{e.Operation, FromUpstream, finding}, e)
	}
}

func (d *Drift) count(k key, e Exchange) {
	row := d.rows[k]
	if row == nil {
		if len(d.rows) >= mostRows {
			d.dropped++
			return
		}
		row = &Row{
			Operation: k.operation, Direction: k.direction, Level: k.finding.Level, In: k.finding.In,
			Member: k.finding.Member, Rule: k.finding.Rule, First: e.At, Example: e.RequestID,
		}
		d.rows[k] = row
	}
	row.Count++
	if e.At.Before(row.First) {
		row.First = e.At // exchanges end in another order than they began in
	}
	if e.At.After(row.Last) {
		row.Last = e.At
	}
}

// Clear forgets everything.
func (d *Drift) Clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.rows)
	d.exchanges, d.drifted, d.unanswered, d.dropped = 0, 0, 0, 0
}

// Report returns what the ledger holds.
func (d *Drift) Report() Report {
	d.mu.Lock()
	defer d.mu.Unlock()
	report := Report{
		Upstream: d.upstream, Exchanges: d.exchanges, Drifted: d.drifted, Unanswered: d.unanswered, Dropped: d.dropped,
		Rows: make([]Row, 0, len(d.rows)),
	}
	rows := slices.SortedStableFunc(maps.Values(d.rows), func(a, b *Row) int {
		return cmp.Or(-strings.Compare(string(a.Level), string(b.Level)), strings.Compare(a.Operation, b.Operation),
			-strings.Compare(string(a.Direction), string(b.Direction)), strings.Compare(a.In, b.In),
			strings.Compare(a.Member, b.Member), strings.Compare(a.Rule, b.Rule))
	})
	for _, row := range rows {
		report.Rows = append(report.Rows, *row)
	}
	return report
}
