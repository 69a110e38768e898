package checks

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
	"github.com/keyturn/keyturn/conformance/profile"
)

// record is what several workers do to one client, in the making. Its history begins
// anew with each round; what is still open then goes along.
type record struct {
	s       *conformance.Session
	c       *conformance.Client
	history *model.History

	mu      sync.Mutex
	replies map[int]*conformance.Reply   // by the number of the exchange
	secrets []string                     // values; the first is secret 1
	met     bool                         // two operations were under way at the same time
	pace    map[model.Kind]time.Duration // of the fastest change of a kind so far
}

// afterwards is the worker that looks when all others are done.
const afterwards = 0

// maxPause bounds how long a call waits for the one before it to be half done.
const maxPause = 100 * time.Millisecond

func newRecord(s *conformance.Session, c *conformance.Client) *record {
	return &record{s: s, c: c, history: new(model.History), replies: map[int]*conformance.Reply{}, pace: map[model.Kind]time.Duration{}}
}

// noted is an operation with the reply that it was read from.
type noted struct {
	model.Operation

	reply *conformance.Reply
}

func (r *record) add(worker int, one noted) {
	one.Client, one.Worker = r.c.Name, worker
	r.history.Add(one.Operation)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replies[one.Exchange] = one.reply
	took, before := one.Return-one.Call, r.pace[one.Kind]
	if one.Outcome == model.OK && (before == 0 || took < before) {
		r.pace[one.Kind] = took
	}
}

// pauses spread n calls of a kind so that each begins when so many parts in a hundred of
// the one before it are over. Some pair of calls is then between reading and writing at
// the same time, however long these are apart.
func (r *record) pauses(kind model.Kind, n, percent int) []time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	step := min(r.pace[kind]*time.Duration(percent)/100, maxPause)
	pauses := make([]time.Duration, n)
	for i := range pauses {
		pauses[i] = step * time.Duration(i)
	}
	return pauses
}

// round ends one: what is open may still take effect in the next. secret is the one
// that works now, whose rotation is over by that, whatever became of its answer.
func (r *record) round(secret int) {
	all := r.history.All()
	r.met = r.met || model.Overlap(all) > 0
	r.history = new(model.History)
	for _, o := range all {
		if o.Outcome == model.Unknown && !o.Kind.Observes() && (o.Secret == 0 || o.Secret != secret) {
			r.history.Add(o)
		}
	}
}

// exercised ends the check as incomplete unless something succeeded and some of it was
// at once.
func (r *record) exercised(succeeded int, what string) {
	switch {
	case r.s.Mode() == conformance.Plan:
	case succeeded == 0:
		r.s.Incompletef("no %s at once succeeded", what)
	case !r.met:
		r.s.Incompletef("no two operations were under way at the same time; the rates of this run keep them apart")
	}
}

// number is how a secret is called by its value; 0 is one that nobody has seen.
func (r *record) number(value string) int {
	if value == "" {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.secrets, value); i >= 0 {
		return i + 1
	}
	r.secrets = append(r.secrets, value)
	return len(r.secrets)
}

func (r *record) value(number int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if number < 1 || number > len(r.secrets) {
		return ""
	}
	return r.secrets[number-1]
}

// known counts the secrets so far.
func (r *record) known() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.secrets)
}

// rotate makes a secret.
func (r *record) rotate(worker int) model.Outcome {
	secret, reply := r.c.AttemptRotate()
	o := ended(reply)
	o.Kind, o.Secret, o.Output.Gone = model.Rotate, r.number(secret.Value), missing(reply)
	r.add(worker, noted{o, reply})
	return o.Outcome
}

// drop deletes the client.
func (r *record) drop(worker int) *conformance.Reply {
	reply := r.c.AttemptDelete()
	o := ended(reply)
	o.Kind, o.Output.Gone = model.Drop, missing(reply)
	r.add(worker, noted{o, reply})
	return reply
}

// update writes one attribute.
func (r *record) update(worker int, attribute profile.Attribute, value any) model.Outcome {
	reply := r.c.Attempt("update", conformance.Member(attribute.Write, value))
	o := ended(reply)
	o.Kind, o.Attribute, o.Value = model.Update, attribute.Name, asJSON(value)
	r.add(worker, noted{o, reply})
	return o.Outcome
}

// probe asks whether a secret works. The token side may lag behind by what is declared.
func (r *record) probe(number int) noted {
	answer, reply := r.s.ProbeReply(r.c, r.value(number))
	o := ended(reply)
	o.Kind, o.Secret, o.Outcome, o.Stale = model.Probe, number, model.OK, r.s.Policy().Accept
	switch answer {
	case conformance.Unclear:
		r.s.Incompletef("the oracle does not tell whether a secret works: %s", reply)
	case conformance.Accepted:
		o.Output.Works, o.Stale = true, r.s.Policy().Refuse
	case conformance.Refused:
	}
	return noted{o, reply}
}

// reveal reads the secret that works. Without an answer that has one it says nothing.
func (r *record) reveal() (one noted, ok bool) {
	reply := r.c.Attempt("reveal")
	o := ended(reply)
	o.Kind, o.Stale, o.Output.Secret = model.Reveal, lagOfReads(r.s), r.number(reply.Text("secret"))
	return noted{o, reply}, reply.OK && o.Output.Secret != 0
}

// read reads the client: its attributes, or that there is none.
func (r *record) read() (one noted, ok bool) {
	reply := r.c.Attempt("read")
	o := ended(reply)
	o.Kind, o.Stale = model.Read, lagOfReads(r.s)
	if !reply.OK {
		o.Outcome, o.Output.Gone = model.OK, true
		return noted{o, reply}, slices.Contains(r.s.Profile().Statuses.Unknown, reply.Status)
	}
	o.Output.Gone = r.s.Policy().DeleteClient == "soft" && gone(reply.Values)
	o.Output.Attributes = map[string]string{}
	for _, attribute := range r.s.Profile().Attributes {
		value, _ := profile.At(reply.JSON(), attribute.Read)
		o.Output.Attributes[attribute.Name] = asJSON(value)
	}
	return noted{o, reply}, true
}

// lagOfReads is how old a read may be.
func lagOfReads(s *conformance.Session) time.Duration {
	if s.Policy().Reads == "current" {
		return 0
	}
	return max(s.Policy().Accept, s.Policy().Refuse)
}

// settle looks when all is quiet, again and again until some order explains what was
// told or the declared bound is over, and judges. Of what it looked at the last is kept.
func (r *record) settle(first func([]model.Operation) model.State, look func() []noted) model.Judgement {
	before := r.history.All()
	var judgement model.Judgement
	var seen []noted
	ask := func(...conformance.CallOption) bool {
		seen = look()
		history := slices.Clone(before)
		for _, one := range seen {
			one.Client, one.Stale = r.c.Name, 0 // there is no excuse any more
			history = append(history, one.Operation)
		}
		judgement = model.Judge(history, first(history), historySearch)
		return judgement.Result != model.Unexplained
	}
	if !r.s.Within(max(r.s.Policy().Accept, r.s.Policy().Refuse), 1, ask) {
		ask() // the last one may have begun within the bound
	}
	for _, one := range seen {
		r.add(afterwards, one)
	}
	if r.s.Mode() == conformance.Plan {
		judgement.Result = model.Explained
	}
	return judgement
}

// tell turns a judgement into a finding, with the history drawn, and says whether it
// was one.
func (r *record) tell(judgement model.Judgement, what string) bool {
	switch judgement.Result {
	case model.Explained:
		return false
	case model.Undecided:
		r.s.Incompletef("not all orders of %s could be tried within %s", some(len(judgement.History), "operation"), historySearch)
	case model.Unexplained:
	}
	misfit := judgement.History[judgement.Misfit]
	r.s.FailIn(r.drawn(judgement), r.replies[misfit.Exchange], fmt.Sprintf("an order of the %s that explains every reply", some(len(judgement.History), "operation")),
		"no order explains what %s were told. The first reply that fits nowhere is to %s: %s", what, r.named(misfit.Step.String()), r.named(judgement.Reason))
	return true
}
