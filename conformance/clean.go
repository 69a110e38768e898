package conformance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/ledger"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// cleaning bounds how long a run cleans up, also after an interrupt, where no rate
// makes it longer.
const cleaning = time.Minute

// clean removes what the journal says is still there: exactly that, newest first. It
// goes on when the run was interrupted.
func (r *run) clean(ctx context.Context) {
	if r.journal == nil || len(r.journal.Open()) == 0 {
		return
	}
	r.options.Progress(Event{Phase: "clean"})
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cleaningTime(len(r.journal.Open())))
	defer cancel()
	for _, pause := range passes {
		if exchange.Sleep(ctx, pause) != nil {
			break
		}
		r.sender.Lift()
		r.leftover = nil
		r.cleanOnce(ctx)
		if len(r.leftover) == 0 {
			break
		}
	}
}

// passes are the pauses before each attempt at removing what is still there.
var passes = []time.Duration{0, 250 * time.Millisecond, 2 * time.Second}

// cleaningTime is a minute, and what the rates make of the number of things beyond it.
func (r *run) cleaningTime(things int) time.Duration {
	limits := r.options.Limits
	slowest := 0.0 // seconds for one thing, of which each takes about three requests
	for _, rate := range []float64{limits.Rate / 3, limits.PerOperation["delete"], limits.PerOperation["read"]} {
		if rate > 0 {
			slowest = max(slowest, 1/rate)
		}
	}
	return cleaning + time.Duration(float64(things)*slowest*float64(time.Second))
}

// cleanOnce tries to remove each thing that is open.
func (r *run) cleanOnce(ctx context.Context) {
	for _, entry := range r.journal.Open() {
		// A session each: one that cannot be removed must not stop the others.
		s := r.session(ctx, catalogue.Check{ID: "clean"})
		var cause string
		crash := s.guard(func(s *Session) { cause = r.remove(s, entry) })
		switch {
		case crash != nil:
			cause = crash.Error()
		case s.incomplete != "":
			cause = s.incomplete
		}
		if cause != "" {
			r.leftover = append(r.leftover, report.Leftover{Kind: string(entry.Kind), ID: entry.IDs["client"], Name: entry.Name, Cause: cause})
		}
	}
}

// remove removes one client and says why it could not.
func (r *run) remove(s *Session, entry ledger.Entry) (cause string) {
	by, cause := r.makerOf(entry)
	if by == nil {
		return cause
	}
	values, cause := r.find(s, entry, by)
	if values == nil {
		if cause == "" {
			r.gone(entry.Seq)
		}
		return cause
	}
	if !r.bound.Binds("delete") {
		return r.disarm(s, entry, by, values)
	}
	reply := s.Call("delete", values, As(by))
	if !reply.OK && !r.unknown(reply) {
		return fmt.Sprintf("delete answered %s", reply)
	}
	if !s.disappears(entry, values, by) {
		return fmt.Sprintf("delete answered %s, and the client is still there", reply)
	}
	r.gone(entry.Seq)
	return ""
}

// unknown reports that the API itself says that there is no such client: the page of
// something on the way says nothing.
func (r *run) unknown(reply *Reply) bool {
	return !page(reply) && slices.Contains(r.bound.Statuses.Unknown, reply.Status)
}

// page reports a body that is no JSON: an API of JSON does not speak like that.
func page(reply *Reply) bool { return reply.JSON == nil && len(reply.Response.Body) > 0 }

// disappears looks whether a deletion has had its effect: a reply that says so is not
// enough to strike a client from the journal. Where deletion is soft a client stays
// readable by design.
func (s *Session) disappears(entry ledger.Entry, values profile.Values, by *Principal) bool {
	bound := s.run.bound
	if bound.Policy.DeleteClient == "soft" {
		return true
	}
	return s.Within(bound.Policy.Refuse, 1, func(...CallOption) bool {
		if bound.Binds("read") {
			return s.run.unknown(s.Call("read", values, As(by)))
		}
		return !bound.Binds("list") || s.listed(entry, by) == nil
	})
}

// listed finds a client of the journal in the list: by its id, or by the exact name
// that only this run used.
func (s *Session) listed(entry ledger.Entry, by *Principal) profile.Values {
	chosen := s.run.bound.Operations["create"].Put["client_id"] != ""
	for _, item := range s.Walk("list", 0, As(by)) {
		id := entry.IDs["client"]
		if id != "" && item["client"] == id || item["name"] == entry.Name || chosen && item["client_id"] == entry.Name {
			return item
		}
	}
	return nil
}

// find says what the service calls a client. One whose creation got no answer is
// looked for by the exact name that only this run used.
func (r *run) find(s *Session, entry ledger.Entry, by *Principal) (values profile.Values, cause string) {
	if len(entry.IDs) > 0 {
		values = profile.Values{}
		for name, id := range entry.IDs {
			values[name] = id
		}
		return values, ""
	}
	if r.bound.Operations["create"].Put["client_id"] != "" {
		values = profile.Values{"client_id": entry.Name, "client": entry.Name}
		if !r.bound.Binds("list") {
			return values, ""
		}
	}
	if !r.bound.Binds("list") {
		return nil, "its creation got no answer, and the profile binds no list to look for it"
	}
	values = nil
	bound := time.Duration(0)
	if r.bound.Policy.Reads == "lagging" {
		bound = r.bound.Policy.Accept
	}
	s.Within(bound, 1, func(...CallOption) bool {
		values = s.listed(entry, by)
		return values != nil
	})
	return values, "" // nil: it was never made
}

// disarm is for services that delete no clients: every secret of the client goes, and
// what remains is named in the report.
func (r *run) disarm(s *Session, entry ledger.Entry, by *Principal, values profile.Values) (cause string) {
	if r.bound.Binds("list_secrets") && r.bound.Binds("delete_secret") {
		if reply := s.Call("list_secrets", values, As(by)); !reply.OK && r.unknown(reply) {
			r.gone(entry.Seq)
			return ""
		}
		owned := &Client{Name: entry.Name, Values: values, session: s, made: &made{by: by}}
		items, _ := owned.ListSecrets()
		for _, item := range items {
			if item["deleted"] == true {
				continue
			}
			secret := profile.Values{"secret_id": item["secret_id"]}
			maps.Copy(secret, values)
			if reply := s.Call("delete_secret", secret, As(by)); !reply.OK && r.bound.Policy.DeleteLast == "allow" {
				return fmt.Sprintf("delete_secret answered %s", reply)
			}
		}
	}
	const note = "the API has no operation to remove it; its secrets are deleted"
	if err := r.journal.Kept(entry.Seq, note); err != nil {
		return err.Error()
	}
	r.residue = append(r.residue, report.Leftover{Kind: string(entry.Kind), ID: entry.IDs["client"], Name: entry.Name, Cause: note})
	return ""
}

// maxPages bounds a walk, on a target whose pages never end.
const maxPages = 1000

// Walk lists all items of a list, page by page where it has pages; size 0 is the
// largest page.
func (s *Session) Walk(operation string, size int, options ...CallOption) []profile.Values {
	page := s.run.bound.Operations[operation].Page
	if page == nil {
		return s.Items(s.Call(operation, nil, options...))
	}
	if size == 0 {
		size = page.Max
	}
	var all []profile.Values
	for number := page.First; number < page.First+maxPages; number++ {
		items := s.Items(s.Call(operation, profile.Values{page.Number: number, page.Size: size}, options...))
		all = append(all, items...)
		if len(items) < size || s.run.dry {
			return all
		}
	}
	s.Incompletef("%s has no last page: none of %d is short", operation, maxPages)
	return nil
}
