package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
	"github.com/keyturn/keyturn/conformance/report"
)

// drawn is a judgement for the report: all that was asked by the time of the reply that
// fits nowhere.
func (r *record) drawn(judgement model.Judgement) *report.History {
	return drawHistory(judgement, func(_ model.Operation, text string) string { return r.named(text) })
}

// numbered is how the model speaks of a secret.
var numbered = regexp.MustCompile(`\bsecret (\d+)\b`)

// named has pseudonyms in the place of the numbers of secrets.
func (r *record) named(text string) string { return withPseudonyms(r.s.Hide, r.value, text) }

// withPseudonyms names each secret as the redactor will. One that is too short for that
// keeps its number.
func withPseudonyms(hide func(string) string, value func(int) string, text string) string {
	return numbered.ReplaceAllStringFunc(text, func(words string) string {
		number, err := strconv.Atoi(words[len("secret "):])
		if err != nil {
			return words
		}
		if secret := value(number); secret != "" && hide(secret) != secret {
			return hide(secret)
		}
		return words
	})
}

// argument says what an operation is about, with the numbers of secrets.
func argument(o model.Operation) string {
	switch {
	case o.ID != "":
		return o.ID
	case o.Attribute != "":
		return o.Attribute + " to " + o.Value
	case o.Secret != 0:
		return fmt.Sprintf("secret %d", o.Secret)
	}
	return ""
}

// drawHistory lays a judgement out. named makes names of the numbers of secrets in a text
// about an operation.
func drawHistory(judgement model.Judgement, named func(model.Operation, string) string) *report.History {
	all := judgement.History
	if judgement.Misfit < 0 || judgement.Misfit >= len(all) {
		return nil
	}
	last := all[judgement.Misfit].Return
	var shown []int // indices, in the order of the calls
	for i, o := range all {
		if o.Call <= last {
			shown = append(shown, i)
		}
	}
	slices.SortStableFunc(shown, func(a, b int) int { return int(all[a].Call - all[b].Call) })
	start := all[shown[0]].Call
	history := &report.History{Client: judgement.Client, StartMS: float64(start.Microseconds()) / 1000, Reason: named(all[judgement.Misfit], judgement.Reason)}
	for n, i := range shown {
		o := all[i]
		one := report.Operation{
			Number: n + 1, Lane: o.Worker, Client: o.Client, Name: string(o.Kind),
			Argument: named(o, argument(o)), Result: named(o, resultOf(o)),
			CallUS: (o.Call - start).Microseconds(), Open: o.Outcome == model.Unknown, Illegal: i == judgement.Misfit, Exchange: o.Exchange,
		}
		if o.Return != model.Never {
			one.ReturnUS = new(max(0, (o.Return - start).Microseconds()))
		}
		history.Operations = append(history.Operations, one)
	}
	for _, i := range judgement.Order {
		if n := slices.Index(shown, i); n >= 0 {
			history.Order = append(history.Order, n+1)
		}
	}
	return history
}

// resultOf is a result in words, with the status where it matters.
func resultOf(o model.Operation) string {
	if o.Outcome != model.OK && o.Return != model.Never && o.Output.Detail != "" {
		return o.Told() + " (" + o.Output.Detail + ")"
	}
	return o.Told()
}

// drawHoldings draws rotations at once and what became of their secrets. The last
// question about one of them is what does not fit, for a reason that is known without a
// search.
func drawHoldings(s *conformance.Session, c *conformance.Client, held []*holding, guilty *holding, reason string) *report.History {
	r := newRecord(s, c)
	for i, one := range held {
		number := r.number(one.secret.Value)
		if one.turn != nil {
			o := ended(one.turn.reply)
			o.Kind, o.Secret = model.Rotate, number
			r.add(i, noted{o, one.turn.reply})
		}
		if one.reply != nil {
			o := ended(one.reply)
			o.Kind, o.Secret, o.Outcome, o.Output.Works = model.Probe, number, model.OK, one.answer == conformance.Accepted
			r.add(afterwards, noted{o, one.reply})
		}
	}
	all := r.history.All()
	misfit := slices.IndexFunc(all, func(o model.Operation) bool { return guilty.reply != nil && o.Exchange == guilty.reply.Number })
	return r.drawn(model.Judgement{Client: c.Name, History: all, Misfit: misfit, Reason: reason})
}
