package conformance

import (
	"context"
	"crypto/rand"

	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/ledger"
	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

// Cleaned is what a cleanup came to.
type Cleaned struct {
	Removed   int
	Leftovers []report.Leftover // still there
	Residue   []report.Leftover // what the API has no way to remove
}

// Cleanup removes what an earlier run has left: exactly what its journal names, and
// goes on in that journal. Options need the target's address, profile and
// credentials; the path is the journal's. It may be repeated until nothing is left.
func Cleanup(ctx context.Context, options Options) (*Cleaned, error) {
	options.Mode = Standard
	if err := options.fill(); err != nil {
		return nil, err
	}
	journal, head, err := ledger.Open(options.Journal)
	if err != nil {
		return nil, usagef("journal: %w", err)
	}
	defer journal.Close()
	if head.Provider != options.Profile.Provider {
		return nil, usagef("journal: is of a run against %s, and the profile is %s's", head.Provider, options.Profile.Provider)
	}
	key := make([]byte, 32)
	rand.Read(key)
	r := &run{
		options: options, bound: options.Profile, book: redact.NewBook(key), id: head.Run, journal: journal,
		principals: map[string]*Principal{}, identity: map[string]string{}, started: options.Now(),
	}
	r.enter()
	r.register()
	r.sender = exchange.New(r.wire())
	defer r.sender.Close()
	before := len(journal.Open())
	if before == 0 {
		return new(Cleaned), nil
	}
	if reason := r.reach(ctx); reason != "" {
		r.leftover = r.everything(reason)
	} else {
		r.clean(ctx)
	}
	cleaned := &Cleaned{Leftovers: r.leftover, Residue: r.residue}
	hider := r.book.Hider()
	for i := range cleaned.Leftovers {
		cleaned.Leftovers[i].Cause = hider.Text(cleaned.Leftovers[i].Cause)
	}
	cleaned.Removed = before - len(cleaned.Leftovers) - len(cleaned.Residue)
	return cleaned, nil
}

// everything is what is left where the target cannot even be asked.
func (r *run) everything(cause string) []report.Leftover {
	var left []report.Leftover
	for _, entry := range r.journal.Open() {
		left = append(left, report.Leftover{Kind: string(entry.Kind), ID: entry.IDs["client"], Name: entry.Name, Cause: cause})
	}
	return left
}
