package checks

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
	"github.com/keyturn/keyturn/conformance/profile"
)

// How much is tried. A try at shrinking is a sequence of its own on a client of its own.
const (
	sequences     = 2
	sequenceSteps = 40
	shrinkTries   = 12
)

// sequencesKeepToTheModel does things at random to clients of its own, and holds what
// it sees after each step against the model. A sequence that fails is shown in the
// shortest form that fails in the same way.
func sequencesKeepToTheModel(s *conformance.Session) {
	mix := sequenceMix(s)
	if s.Mode() == conformance.Plan {
		newWalk(s).run(permitted(s, oneOfEach(mix)))
		return
	}
	all := make([][]model.Step, sequences)
	for i := range all { // before anything else draws from the same source
		all[i] = permitted(s, model.Generate(s.Rand(), mix, sequenceSteps))
	}
	made := 0
	for i, steps := range all {
		w := newWalk(s)
		at, breach := w.run(steps)
		made += w.made
		if breach != nil {
			shrinkAndTell(s, fmt.Sprintf("sequence %d of seed %d", i+1, s.Seed()), steps[:at+1], w)
			return
		}
		s.Step("sequence %d of seed %d: %s, %s made, all as the model has it", i+1, s.Seed(), some(len(w.log), "operation"), some(w.made, "secret"))
	}
	if made == 0 {
		s.Incompletef("no rotation of any sequence succeeded")
	}
}

// permitted leaves out the steps of those who have no right to them, where everybody has.
func permitted(s *conformance.Session, steps []model.Step) []model.Step {
	if s.Profile().TellsApart("admin") {
		return steps
	}
	return slices.DeleteFunc(steps, func(step model.Step) bool { return step.By != "" })
}

// sequenceMix is what the profile has.
func sequenceMix(s *conformance.Session) model.Mix {
	mix := model.Mix{Kinds: []model.Kind{model.Rotate, model.Probe}}
	bound := s.Profile()
	if bound.Binds("list_secrets") {
		mix.Kinds = append(mix.Kinds, model.List)
		if bound.Binds("delete_secret") {
			mix.Kinds = append(mix.Kinds, model.Delete)
		}
	}
	if bound.Binds("read") {
		mix.Kinds = append(mix.Kinds, model.Read)
	}
	if bound.Binds("update") && len(bound.Attributes) > 0 {
		mix.Kinds = append(mix.Kinds, model.Update)
		for _, attribute := range bound.Attributes {
			one := model.Attribute{Name: attribute.Name}
			for _, value := range attribute.Values {
				one.Values = append(one.Values, asJSON(value))
			}
			if len(one.Values) > 0 {
				mix.Attributes = append(mix.Attributes, one)
			}
		}
	}
	return mix
}

// oneOfEach is a sequence for a plan.
func oneOfEach(mix model.Mix) []model.Step {
	var steps []model.Step
	for _, kind := range mix.Kinds {
		step := model.Step{Kind: kind}
		switch {
		case kind == model.Rotate:
			step.Secret = 2
		case kind == model.Update && len(mix.Attributes) > 0:
			step.Attribute, step.Value = mix.Attributes[0].Name, mix.Attributes[0].Values[0]
		case kind == model.Probe || kind == model.Delete:
			step.Secret = 1
		}
		steps = append(steps, step)
	}
	return append(steps, model.Step{Kind: model.Rotate, By: model.WithoutCredentials})
}

// sequenceRules are the profile's, in the model's words.
func sequenceRules(s *conformance.Session) model.Rules {
	policy := s.Policy()
	return model.Rules{
		Rotation: model.Rotation(policy.Rotation), Grace: policy.Grace, Life: policy.DefaultExpiry,
		Most: policy.MaxLive, Evicts: policy.Overflow == "evict", Deletion: declaredDeletion(s),
	}
}

// shrinkAndTell looks for a shorter sequence that breaks the same rule, and tells the
// shortest that it has found by the time it ends, for whatever reason.
func shrinkAndTell(s *conformance.Session, name string, steps []model.Step, found *walk) {
	tried, whole := 0, len(steps)
	defer func() { found.tell(name, whole, tried) }()
	model.Shrink(steps, shrinkTries, func(steps []model.Step) (int, bool) {
		tried++
		w := newWalk(s)
		at, breach := w.run(steps)
		if breach == nil || breach.Rule != found.breach.Rule {
			return 0, false
		}
		found = w
		return at, true
	})
}

// walk is one sequence on its way.
type walk struct {
	s      *conformance.Session
	c      *conformance.Client
	model  *model.Client
	values map[int]string // of secrets by number
	log    []model.Operation
	made   int

	breach *model.Breach
	reply  *conformance.Reply // that shows it
}

func newWalk(s *conformance.Session) *walk {
	c := clientWithSecret(s)
	var entries []model.Entry
	if s.Profile().Binds("list_secrets") {
		entries = modelEntries(s, c.Call("list_secrets", wholeList(s)...))
	}
	s.Given(c, c.Secret)
	return &walk{s: s, c: c, model: model.NewClient(sequenceRules(s), entries), values: map[int]string{1: c.Secret.Value}}
}

// run takes one step after the other, until one is not as the model has it.
func (w *walk) run(steps []model.Step) (at int, breach *model.Breach) {
	for i, step := range steps {
		w.step(step)
		if w.breach == nil && step.Kind == model.Rotate && w.s.Profile().Binds("list_secrets") && w.values[step.Secret] != "" {
			w.step(model.Step{Kind: model.List}) // tells the id of what was made
		}
		if w.breach != nil && w.s.Mode() != conformance.Plan {
			return i, w.breach
		}
	}
	return 0, nil
}

// step does one thing and has the model judge it. What only looks is looked at again
// until it agrees or the declared bound is over.
func (w *walk) step(step model.Step) {
	var o model.Operation
	judged := func(options ...conformance.CallOption) bool {
		var reply *conformance.Reply
		if o, reply = w.perform(step, options); reply == nil {
			w.breach = nil // there is nothing to do it to
			return true
		}
		w.reply, w.breach = reply, w.model.Step(o)
		return w.breach == nil
	}
	if step.Kind.Observes() {
		w.s.Within(max(w.s.Policy().Accept, w.s.Policy().Refuse), 1, judged)
	} else {
		judged()
	}
	if o.Kind == "" {
		return
	}
	w.log = append(w.log, o)
	if o.Outcome == model.Unknown && step.By == "" {
		w.s.Incompletef("step %d, %s: whether it took effect is not known, and all that follows depends on it", len(w.log), o)
	}
}

// perform does one thing. Where there is nothing to do it to the reply is nil.
func (w *walk) perform(step model.Step, options []conformance.CallOption) (model.Operation, *conformance.Reply) {
	var reply *conformance.Reply
	output := model.Output{}
	switch options = append(options, as(step.By)...); step.Kind {
	case model.Rotate:
		reply, output = w.rotate(step, options)
	case model.Delete:
		id := w.model.ID(step.Secret)
		if id == "" {
			return model.Operation{}, nil
		}
		reply = w.c.DeleteSecret(conformance.Secret{ID: id, Value: w.values[step.Secret]}, options...)
		output.Gone = missing(reply)
	case model.Probe:
		return w.probe(step, options)
	case model.List:
		reply = w.c.Call("list_secrets", append(wholeList(w.s), options...)...)
		output.Entries = modelEntries(w.s, reply)
	case model.Read:
		reply = w.s.Must(w.c.Call("read", options...))
		output.Attributes = map[string]string{}
		for _, attribute := range w.s.Profile().Attributes {
			value, _ := profile.At(reply.JSON(), attribute.Read)
			output.Attributes[attribute.Name] = asJSON(value)
		}
	case model.Update:
		reply = w.c.Call("update", append(options, w.writing(step))...)
	}
	return w.operation(step, output, reply), reply
}

func (w *walk) operation(step model.Step, output model.Output, reply *conformance.Reply) model.Operation {
	o := ended(reply)
	output.Detail = o.Output.Detail
	o.Client, o.Worker, o.Step, o.Output = w.c.Name, 1, step, output
	return o
}

// as makes a call one of somebody without the right to it.
func as(who string) []conformance.CallOption {
	switch who {
	case model.WithoutCredentials:
		return []conformance.CallOption{conformance.As(conformance.Nobody)}
	case model.WithAMadeUpToken:
		return []conformance.CallOption{conformance.As(conformance.Stranger("keyturn-made-up-token"))}
	}
	return nil
}

func (w *walk) writing(step model.Step) conformance.CallOption {
	attributes := w.s.Profile().Attributes
	i := slices.IndexFunc(attributes, func(attribute profile.Attribute) bool { return attribute.Name == step.Attribute })
	value, _ := profile.Decode([]byte(step.Value)) // it was made from a value
	return conformance.Member(attributes[i].Write, value)
}

func (w *walk) rotate(step model.Step, options []conformance.CallOption) (*conformance.Reply, model.Output) {
	secret, reply := w.c.TryRotate(options...)
	output := model.Output{ID: reply.Text("secret_id")}
	if !reply.OK || step.By != "" {
		return reply, output
	}
	if secret.Value == "" {
		w.s.Incompletef("a rotation succeeded and showed no secret")
	}
	for number, value := range w.values {
		if value == secret.Value {
			output.Again = number
		}
	}
	w.values[step.Secret] = secret.Value
	w.made++
	return reply, output
}

func (w *walk) probe(step model.Step, options []conformance.CallOption) (model.Operation, *conformance.Reply) {
	value := w.values[step.Secret]
	if step.Secret == 0 {
		value = w.s.ChooseSecret()
	}
	if value == "" {
		return model.Operation{}, nil
	}
	answer, reply := w.s.ProbeReply(w.c, value, options...)
	if answer == conformance.Unclear {
		w.s.Incompletef("the oracle does not tell whether a secret works: %s", reply)
	}
	o := w.operation(step, model.Output{Works: answer == conformance.Accepted}, reply)
	o.Outcome = model.OK // the question was answered, either way
	return o, reply
}

// tell reports the sequence step by step.
func (w *walk) tell(name string, whole, tried int) {
	w.s.Step("%s fails; the shortest form of its %s that was found in %d tries:", name, some(whole, "step"), tried)
	for i, o := range w.log {
		w.s.Step("%d. %s", i+1, o)
	}
	w.s.FailOn(w.reply, w.breach.Expected, "%s after %s that the report lists: %s", name, some(len(w.log), "operation"), w.breach.Message)
}
