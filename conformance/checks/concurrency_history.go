package checks

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
)

// The size of a history: what a search through its orders takes grows fast with what
// overlaps, and little is found by more of the same.
const (
	historyWorkers = 5
	historyEach    = 8
	historySearch  = 10 * time.Second
)

// someOrderExplainsTheLists has workers add, delete and list at random, and looks for
// an order of all that which explains what each list showed. The last list comes when
// all else is over, so that nothing can hide behind the overlap.
func someOrderExplainsTheLists(s *conformance.Session) {
	c := s.NewClient()
	first := modelEntries(s, c.Call("list_secrets", wholeList(s)...))
	past := &listing{record: newRecord(s, c), seen: first}
	seeds := make([]*rand.Rand, historyWorkers)
	for worker := range seeds {
		seeds[worker] = rand.New(rand.NewPCG(s.Rand().Uint64(), s.Rand().Uint64())) //nolint:gosec // no secret comes from it
	}
	s.Step("%d workers add, delete and list at once, %d times each", historyWorkers, historyEach)
	s.Together(historyWorkers, nil, func(worker int) {
		for range historyEach {
			past.act(worker+1, seeds[worker])
		}
	})
	quiet := past.list(afterwards)
	history := past.history.All()
	changed := slices.ContainsFunc(history, func(o model.Operation) bool { return o.Outcome == model.OK && o.Kind != model.List })
	if !changed || !quiet {
		s.Incompletef("no addition or deletion at once succeeded, or no list afterwards")
	}
	if model.Overlap(history) == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no two operations were under way at the same time; the rates of this run keep them apart")
	}
	past.tell(model.Judge(history, model.Set(first, declaredDeletion(s)), historySearch), "additions, deletions and lists at once")
}

// listing is a record of a client whose secrets are listed.
type listing struct {
	*record

	seen []model.Entry // of the latest list
}

// act does one thing at random. Only what a list has shown is deleted, as a caller
// would who has no other way to know it.
func (r *listing) act(worker int, random *rand.Rand) {
	switch choice := random.IntN(20); {
	case choice < 7:
		_, reply := r.c.AttemptRotate()
		o := ended(reply)
		o.Kind, o.Output.ID = model.Rotate, reply.Text("secret_id")
		r.add(worker, noted{o, reply})
	case choice < 12:
		if id := r.victim(random); id != "" {
			r.remove(worker, id)
			return
		}
		fallthrough
	default:
		r.list(worker)
	}
}

// remove deletes a secret.
func (r *record) remove(worker int, id string) *conformance.Reply {
	reply := r.c.Attempt("delete_secret", conformance.With("secret_id", id))
	o := ended(reply)
	o.Kind, o.ID, o.Output.Gone = model.Delete, id, missing(reply)
	r.add(worker, noted{o, reply})
	return reply
}

// missing reports whether a refusal says that there is no such thing (RFC 9110 sections
// 15.5.5 and 15.5.11).
func missing(reply *conformance.Reply) bool {
	return !reply.OK && (reply.Status == http.StatusNotFound || reply.Status == http.StatusGone)
}

// list notes what a list shows. One without an answer shows nothing, and is left out.
func (r *listing) list(worker int) bool {
	one, ok := r.listed()
	if !ok {
		return false
	}
	r.mu.Lock()
	r.seen = one.Output.Entries
	r.mu.Unlock()
	r.add(worker, one)
	return true
}

// listed reads the list of secrets. Without an answer it says nothing.
func (r *record) listed() (one noted, ok bool) {
	reply := r.c.Attempt("list_secrets", wholeList(r.s)...)
	if !reply.OK {
		return noted{}, false
	}
	o := ended(reply)
	o.Kind, o.Output.Entries = model.List, modelEntries(r.s, reply)
	return noted{o, reply}, true
}

// victim picks a secret to delete, "" where no list shows one.
func (r *listing) victim(random *rand.Rand) string {
	r.mu.Lock()
	live := slices.DeleteFunc(slices.Clone(r.seen), func(entry model.Entry) bool { return entry.Deleted })
	r.mu.Unlock()
	if len(live) == 0 {
		return ""
	}
	return live[random.IntN(len(live))].ID
}

// wholeList asks for as much of a list as there is in one reply: what several replies
// show together need never have been so.
func wholeList(s *conformance.Session) []conformance.CallOption {
	page := s.Profile().Operations["list_secrets"].Page
	if page == nil {
		return nil
	}
	return []conformance.CallOption{conformance.With(page.Number, page.First), conformance.With(page.Size, page.Max)}
}

// modelEntries reads a list of secrets. The check is incomplete where it is no list, or
// not the whole.
func modelEntries(s *conformance.Session, reply *conformance.Reply) []model.Entry {
	items := s.Items(reply)
	if page := s.Profile().Operations["list_secrets"].Page; page != nil && len(items) >= page.Max {
		s.Incompletef("the list of secrets may go on after %d", page.Max)
	}
	entries := make([]model.Entry, 0, len(items))
	for _, item := range items {
		if item["secret_id"] == nil {
			s.Incompletef("the list shows a secret without an id")
		}
		entries = append(entries, model.Entry{ID: fmt.Sprint(item["secret_id"]), Deleted: item["deleted"] == true})
	}
	return entries
}

// declaredDeletion is what a list shows of a deleted secret.
func declaredDeletion(s *conformance.Session) model.Deletion {
	switch {
	case s.Policy().DeleteSecret == "hard":
		return model.Hard
	case s.Profile().Operations["list_secrets"].Take["deleted"] == "":
		return model.Unmarked
	}
	return model.Soft
}
