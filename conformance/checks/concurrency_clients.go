package checks

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
	"github.com/keyturn/keyturn/conformance/report"
)

// neighbours is how many clients are worked on side by side.
const neighbours = 4

// clientsDoNotInterfere has a worker for each of several clients do the same at the same
// time, step by step, and holds each client to a model that knows nothing of the others.
// Afterwards each client is tried with the secret of the one beside it.
func clientsDoNotInterfere(s *conformance.Session) {
	walks := make([]*walk, neighbours)
	for i := range walks {
		walks[i] = newWalk(s)
	}
	steps := stepsOfNeighbours(sequenceMix(s))
	for n := range steps[0] {
		s.Together(neighbours, nil, func(i int) { walks[i].stepAndList(steps[i][n]) })
		if s.Mode() == conformance.Plan {
			continue
		}
		for i, w := range walks {
			if w.breach != nil {
				s.FailIn(drawWalks(walks, i), w.reply, w.breach.Expected, "client %d of %d that are worked on at once, each on its own, after %s: %s",
					i+1, neighbours, steps[i][n], w.breach.Message)
				return
			}
		}
	}
	keepToThemselves(s, walks)
	made := 0
	for _, w := range walks {
		made += w.made
	}
	switch {
	case s.Mode() == conformance.Plan:
	case made < 2:
		s.Incompletef("%s of clients at once succeeded", some(made, "rotation"))
	case !across(walks):
		s.Incompletef("no two clients were worked on at the same time; the rates of this run keep them apart")
	}
}

// stepsOfNeighbours are as many for each client, and differ in the values alone.
func stepsOfNeighbours(mix model.Mix) [][]model.Step {
	all := make([][]model.Step, neighbours)
	for i := range all {
		all[i] = []model.Step{{Kind: model.Rotate, Secret: 2}}
		if slices.Contains(mix.Kinds, model.Update) && len(mix.Attributes) > 0 {
			attribute := mix.Attributes[0]
			all[i] = append(all[i], model.Step{Kind: model.Update, Attribute: attribute.Name, Value: attribute.Values[i%len(attribute.Values)]})
		}
		all[i] = append(all[i], model.Step{Kind: model.Rotate, Secret: 3})
		if slices.Contains(mix.Kinds, model.Read) {
			all[i] = append(all[i], model.Step{Kind: model.Read})
		}
		for number := 2; number <= 3; number++ {
			all[i] = append(all[i], model.Step{Kind: model.Probe, Secret: number})
		}
	}
	return all
}

// stepAndList is one step and, where it made a secret, a list of them, which tells its id.
func (w *walk) stepAndList(step model.Step) {
	w.step(step)
	if w.breach == nil && step.Kind == model.Rotate && w.s.Profile().Binds("list_secrets") && w.values[step.Secret] != "" {
		w.step(model.Step{Kind: model.List})
	}
}

// keepToThemselves tries each client with the newest secret of the one beside it.
func keepToThemselves(s *conformance.Session, walks []*walk) {
	for i, w := range walks {
		beside := walks[(i+1)%len(walks)]
		value := beside.values[3]
		if value == "" {
			value = beside.values[2]
		}
		if value == "" {
			continue
		}
		if answer, reply := s.ProbeReply(w.c, value); answer == conformance.Accepted {
			s.FailOn(reply, "refused", "client %d of %d that were rotated at once accepts the newest secret of the one beside it", i+1, neighbours)
			return
		}
	}
}

// across reports whether operations of two clients were under way at the same time.
func across(walks []*walk) bool {
	for i, w := range walks {
		for _, other := range walks[i+1:] {
			for _, a := range w.log {
				if slices.ContainsFunc(other.log, func(b model.Operation) bool { return a.Call <= b.Return && b.Call <= a.Return }) {
					return true
				}
			}
		}
	}
	return false
}

// drawWalks draws what was done to all clients, a lane for each. The last that was done
// to one of them is what does not fit.
func drawWalks(walks []*walk, guilty int) *report.History {
	var all []model.Operation
	misfit := -1
	for i, w := range walks {
		for n, o := range w.log {
			if i == guilty && n == len(w.log)-1 {
				misfit = len(all)
			}
			o.Worker = i + 1
			o.Client = fmt.Sprintf("client %d", i+1)
			all = append(all, o)
		}
	}
	if misfit < 0 {
		return nil
	}
	judgement := model.Judgement{Client: some(len(walks), "client"), History: all, Misfit: misfit, Reason: walks[guilty].breach.Message}
	return drawHistory(judgement, func(o model.Operation, text string) string {
		w := walks[o.Worker-1]
		return withPseudonyms(w.s.Hide, func(number int) string { return w.values[number] }, text)
	})
}
