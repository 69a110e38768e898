package checks

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
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
	past := &recording{s: s, c: c, seen: first}
	seeds := make([]*rand.Rand, historyWorkers)
	for worker := range seeds {
		seeds[worker] = rand.New(rand.NewPCG(s.Rand().Uint64(), s.Rand().Uint64())) //nolint:gosec // no secret comes from it
	}
	s.Step("%d workers add, delete and list at once, %d times each", historyWorkers, historyEach)
	s.Parallel(historyWorkers, func(worker int) {
		for range historyEach {
			past.act(worker+1, seeds[worker])
		}
	})
	quiet := past.list(0)
	history := past.history.All()
	changed := slices.ContainsFunc(history, func(o model.Operation) bool { return o.Outcome == model.OK && o.Kind != model.List })
	if !changed || !quiet {
		s.Incompletef("no addition or deletion at once succeeded, or no list afterwards")
	}
	if model.Overlap(history) == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no two operations were under way at the same time; the rates of this run keep them apart")
	}
	for _, judgement := range model.Linearize(history, map[string][]model.Entry{c.Name: first}, declaredDeletion(s), historySearch) {
		past.tell(judgement)
	}
}

// recording is a history in the making.
type recording struct {
	s       *conformance.Session
	c       *conformance.Client
	history model.History

	mu      sync.Mutex
	seen    []model.Entry // of the latest list
	replies map[int]*conformance.Reply
}

// act does one thing at random. Only what a list has shown is deleted, as a caller
// would who has no other way to know it.
func (r *recording) act(worker int, random *rand.Rand) {
	switch choice := random.IntN(20); {
	case choice < 7:
		_, reply := r.c.AttemptRotate()
		o := ended(reply)
		o.Kind, o.Output.ID = model.Rotate, reply.Text("secret_id")
		r.add(worker, o, reply)
	case choice < 12:
		if id := r.victim(random); id != "" {
			reply := r.c.Attempt("delete_secret", conformance.With("secret_id", id))
			o := ended(reply)
			o.Kind, o.ID = model.Delete, id
			o.Output.Gone = missing(reply)
			r.add(worker, o, reply)
			return
		}
		fallthrough
	default:
		r.list(worker)
	}
}

// missing reports whether a refusal says that there is no such thing (RFC 9110 sections
// 15.5.5 and 15.5.11).
func missing(reply *conformance.Reply) bool {
	return !reply.OK && (reply.Status == http.StatusNotFound || reply.Status == http.StatusGone)
}

// list notes what a list shows. One without an answer shows nothing, and is left out.
func (r *recording) list(worker int) bool {
	reply := r.c.Attempt("list_secrets", wholeList(r.s)...)
	if !reply.OK {
		return false
	}
	o := ended(reply)
	o.Kind, o.Output.Entries = model.List, modelEntries(r.s, reply)
	r.mu.Lock()
	r.seen = o.Output.Entries
	r.mu.Unlock()
	r.add(worker, o, reply)
	return true
}

func (r *recording) add(worker int, o model.Operation, reply *conformance.Reply) {
	o.Client, o.Worker = r.c.Name, worker
	r.history.Add(o)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.replies == nil {
		r.replies = map[int]*conformance.Reply{}
	}
	r.replies[o.Exchange] = reply
}

// victim picks a secret to delete, "" where no list shows one.
func (r *recording) victim(random *rand.Rand) string {
	r.mu.Lock()
	live := slices.DeleteFunc(slices.Clone(r.seen), func(entry model.Entry) bool { return entry.Deleted })
	r.mu.Unlock()
	if len(live) == 0 {
		return ""
	}
	return live[random.IntN(len(live))].ID
}

// tell turns a judgement into a finding, with the whole history drawn.
func (r *recording) tell(judgement model.Judgement) {
	switch judgement.Result {
	case model.Explained:
		return
	case model.Undecided:
		r.s.Incompletef("not all orders of %s could be tried within %s", some(len(judgement.History), "operation"), historySearch)
	case model.Unexplained:
	}
	for _, line := range judgement.Lines() {
		r.s.Step("%s", line)
	}
	misfit := judgement.History[judgement.Misfit]
	r.s.FailOn(r.replies[misfit.Exchange], fmt.Sprintf("an order of the %s that explains every reply", some(len(judgement.History), "operation")),
		"no order explains what additions, deletions and lists at once showed. The first reply that fits nowhere is of worker %d to %s: %s", misfit.Worker, misfit.Step, judgement.Reason)
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
