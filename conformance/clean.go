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

// cleanOnce tries to remove each thing that is open, and believes that it is gone when
// the list says so too.
func (r *run) cleanOnce(ctx context.Context) {
	r.listings = map[*Principal][]profile.Values{}
	struck := map[*Principal][]ledger.Entry{}
	for _, entry := range r.journal.Open() {
		by, cause := r.makerOf(entry)
		if by == nil {
			r.leave(entry, cause)
			continue
		}
		// A session each: one that cannot be removed must not stop the others.
		deleted := false
		cause = r.attempt(ctx, func(s *Session) (cause string) {
			deleted, cause = r.remove(s, entry, by)
			return cause
		})
		switch {
		case cause != "":
			r.leave(entry, cause)
		case deleted:
			struck[by] = append(struck[by], entry)
		}
	}
	for by, entries := range struck {
		r.strike(ctx, entries, by)
	}
}

// attempt runs a step of the cleaning in a session of its own and says why it came to
// nothing.
func (r *run) attempt(ctx context.Context, step func(*Session) string) (cause string) {
	s := r.session(ctx, catalogue.Check{ID: "clean"})
	crash := s.guard(func(s *Session) { cause = step(s) })
	switch {
	case crash != nil:
		return crash.Error()
	case s.incomplete != "":
		return s.incomplete
	}
	return cause
}

func (r *run) leave(entry ledger.Entry, cause string) {
	r.leftover = append(r.leftover, report.Leftover{Kind: string(entry.Kind), ID: entry.IDs["client"], Name: entry.Name, Cause: cause})
}

// remove removes one client and says whether the service took the deletion, or why it
// did not.
func (r *run) remove(s *Session, entry ledger.Entry, by *Principal) (deleted bool, cause string) {
	values, cause := r.find(s, entry, by)
	if values == nil {
		if cause == "" {
			r.gone(entry.Seq)
		}
		return false, cause
	}
	if !r.bound.Binds("delete") {
		return false, r.disarm(s, entry, by, values)
	}
	reply := s.Call("delete", values, As(by))
	if !reply.OK && !r.unknown(reply) {
		return false, fmt.Sprintf("delete answered %s", reply)
	}
	if !s.disappears(values, by) {
		return false, fmt.Sprintf("delete answered %s, and the client can still be read", reply)
	}
	return true, ""
}

// strike takes deleted clients out of the journal once the list does not have them any
// more: that each is unknown may also be said by something that knows nobody.
func (r *run) strike(ctx context.Context, entries []ledger.Entry, by *Principal) {
	still := map[int]bool{}
	cause := ""
	if r.bound.Binds("list") && r.bound.Policy.DeleteClient != "soft" {
		cause = r.attempt(ctx, func(s *Session) string {
			s.Within(r.bound.Policy.Refuse, 1, func(...CallOption) bool {
				clear(still)
				items := s.Walk("list", 0, As(by))
				for _, entry := range entries {
					if r.among(items, entry) != nil {
						still[entry.Seq] = true
					}
				}
				return len(still) == 0
			})
			return ""
		})
	}
	for _, entry := range entries {
		switch {
		case cause != "":
			r.leave(entry, "it was deleted, and whether it is gone could not be seen: "+cause)
		case still[entry.Seq]:
			r.leave(entry, "it was deleted, and is still listed")
		default:
			r.gone(entry.Seq)
		}
	}
}

// unknown reports that the API itself says that there is no such client: the page of
// something on the way says nothing.
func (r *run) unknown(reply *Reply) bool {
	return !page(reply) && slices.Contains(r.bound.Statuses.Unknown, reply.Status)
}

// page reports a body that is no JSON: an API of JSON does not speak like that.
func page(reply *Reply) bool { return reply.JSON() == nil && len(reply.Response.Body) > 0 }

// disappears looks whether a deletion has had its effect: a reply that says so is not
// enough. Where deletion is soft a client stays readable by design.
func (s *Session) disappears(values profile.Values, by *Principal) bool {
	bound := s.run.bound
	if bound.Policy.DeleteClient == "soft" || !bound.Binds("read") {
		return true
	}
	return s.Within(bound.Policy.Refuse, 1, func(...CallOption) bool {
		return s.run.unknown(s.Call("read", values, As(by)))
	})
}

// among finds a client of the journal in a list: by its id, or by the exact name that
// only this run used.
func (r *run) among(items []profile.Values, entry ledger.Entry) profile.Values {
	chosen := r.bound.Operations["create"].Put["client_id"] != ""
	id := entry.IDs["client"]
	for _, item := range items {
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
	if !r.bound.Binds("list") {
		if r.bound.Operations["create"].Put["client_id"] != "" {
			return profile.Values{"client_id": entry.Name, "client": entry.Name}, ""
		}
		return nil, "its creation got no answer, and the profile binds no list to look for it"
	}
	if r.listings[by] == nil {
		r.listings[by] = s.Walk("list", 0, As(by))
	}
	return r.among(r.listings[by], entry), "" // nil: it was never made
}

// disarm is for services that delete no clients: every secret of the client goes, and
// what remains is named in the report.
func (r *run) disarm(s *Session, entry ledger.Entry, by *Principal, values profile.Values) (cause string) {
	if r.bound.Binds("list_secrets") && r.bound.Binds("delete_secret") {
		if reply := s.Call("list_secrets", values, As(by)); len(entry.IDs) == 0 && !reply.OK && r.unknown(reply) {
			r.gone(entry.Seq) // it was never made
			return ""
		}
		owned := &Client{Name: entry.Name, Values: values, session: s, made: &made{by: by}}
		for _, item := range owned.live() {
			secret := profile.Values{"secret_id": item["secret_id"]}
			maps.Copy(secret, values)
			if reply := s.Call("delete_secret", secret, As(by)); !reply.OK && r.bound.Policy.DeleteLast == "allow" {
				return fmt.Sprintf("delete_secret answered %s", reply)
			}
		}
		left := 0
		s.Within(r.bound.Policy.Refuse, 1, func(...CallOption) bool { left = len(owned.live()); return left == 0 })
		if left > 0 && r.bound.Policy.DeleteLast == "allow" {
			return fmt.Sprintf("its secrets were deleted, and %d of them are still listed as live", left)
		}
	}
	const note = "the API has no operation to remove it; its secrets are deleted"
	if err := r.journal.Kept(entry.Seq, note); err != nil {
		return err.Error()
	}
	r.residue = append(r.residue, report.Leftover{Kind: string(entry.Kind), ID: entry.IDs["client"], Name: entry.Name, Cause: note})
	return ""
}

// live lists the secrets that are not deleted.
func (c *Client) live() []profile.Values {
	items, _ := c.ListSecrets()
	return slices.DeleteFunc(items, func(item profile.Values) bool { return item["deleted"] == true })
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
	var reply *Reply
	for number := range maxPages {
		values, more := s.TurnTo(operation, number, size, reply)
		if !more {
			return all
		}
		reply = s.Call(operation, values, options...)
		items := s.Items(reply)
		all = append(all, items...)
		if page.Next == "" && len(items) < size || s.run.dry {
			return all
		}
	}
	s.Incompletef("%s has no last page: none of %d is short", operation, maxPages)
	return nil
}
