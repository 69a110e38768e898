package model

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// Result is whether an order was found.
type Result string

// The results. Undecided means that the time was over before all orders were tried,
// and is neither of the others.
const (
	Explained   Result = "explained"
	Unexplained Result = "unexplained"
	Undecided   Result = "undecided"
)

// Judgement is what the search came to, for one client.
type Judgement struct {
	Client  string
	Result  Result
	History []Operation // the client's
	Order   []int       // indices into it: an order that explains all, or all that was answered before the misfit
	Misfit  int         // index of the first reply that no order explains, -1 for none
	Reason  string      // why it does not fit after that order
}

// Linearize looks for an order of each client's operations that is in keeping with who
// finished before whom and explains every reply. first is what each client was like
// before the history began. The search takes time in the worst case exponential in the
// operations that overlap, so it is bounded.
func Linearize(history []Operation, first func(client string) State, bound time.Duration) []Judgement {
	parts := Partition(history)
	judgements := make([]Judgement, 0, len(parts))
	for _, client := range slices.Sorted(maps.Keys(parts)) {
		judgements = append(judgements, Judge(parts[client], first(client), bound))
	}
	return judgements
}

// Judge is Linearize for the operations of one client.
func Judge(history []Operation, first State, bound time.Duration) Judgement {
	judgement := Judgement{History: history, Misfit: -1}
	if len(history) > 0 {
		judgement.Client = history[0].Client
	}
	var orders [][]int
	judgement.Result, orders = search(history, first, bound)
	if judgement.Result != Unexplained {
		judgement.Order = longest(orders)
		return judgement
	}
	// What no order explains stays so whatever follows, so the first reply that brings it
	// about can be found by halving.
	returns := byReturn(history)
	from, _ := slices.BinarySearchFunc(returns, Unexplained, func(i int, _ Result) int {
		if result, _ := search(until(history, history[i].Return), first, bound); result == Unexplained {
			return 0
		}
		return -1
	})
	if from == len(returns) { // only open operations are left, and the search has to take all as they are
		from--
	}
	judgement.Misfit = returns[from]
	so := until(history, history[judgement.Misfit].Return)
	_, orders = search(so, first, bound)
	judgement.Order, judgement.Reason = explain(so, orders, judgement.Misfit, first)
	return judgement
}

// search asks for an order, and gives the one, or those that explain the most.
func search(history []Operation, first State, bound time.Duration) (result Result, orders [][]int) {
	var operations []porcupine.Operation
	var indices []int
	for i := range history {
		o := &history[i]
		if o.Kind == "" {
			continue
		}
		end := int64(o.Return)
		if o.Outcome == Unknown {
			end = math.MaxInt64 // an answer that leaves the effect open does not end it
		}
		operations = append(operations, porcupine.Operation{ClientId: o.Worker, Input: o, Call: int64(o.Call - o.Stale), Return: end})
		indices = append(indices, i)
	}
	found, info := porcupine.CheckOperationsVerbose(porcupine.Model{
		Init: func() any { return first },
		Step: func(state, input, _ any) (bool, any) {
			next, reason := state.(State).next(input.(*Operation))
			return reason == "", next
		},
		Equal: func(a, b any) bool { return a.(State).equal(b.(State)) },
		Hash:  func(state any) uint64 { return state.(State).hash() },
	}, operations, bound)
	for _, partial := range info.PartialLinearizations() {
		for _, order := range partial {
			placed := make([]int, len(order))
			for k, n := range order {
				placed[k] = indices[n]
			}
			orders = append(orders, placed)
		}
	}
	return map[porcupine.CheckResult]Result{porcupine.Ok: Explained, porcupine.Illegal: Unexplained, porcupine.Unknown: Undecided}[found], orders
}

func longest(orders [][]int) []int {
	var best []int
	for _, order := range orders {
		if len(order) > len(best) {
			best = order
		}
	}
	return best
}

// byReturn lists the operations by the time of their returns.
func byReturn(history []Operation) []int {
	indices := make([]int, len(history))
	for i := range indices {
		indices[i] = i
	}
	slices.SortStableFunc(indices, func(a, b int) int { return cmp.Compare(history[a].Return, history[b].Return) })
	return indices
}

// until is a history as it was at a time, at the same indices: what had not been
// answered yet was open, and what had not been asked is left empty.
func until(history []Operation, at time.Duration) []Operation {
	then := make([]Operation, len(history))
	for i, o := range history {
		switch {
		case o.Call > at || o.Return > at && o.Kind.Observes():
			continue
		case o.Return > at:
			o.Outcome, o.Output = Unknown, Output{}
		}
		then[i] = o
	}
	return then
}

// explain picks the order that leaves out as few answered operations as possible beside
// the misfit and takes as few open ones for granted, and says why the misfit does not
// fit after it.
func explain(history []Operation, orders [][]int, misfit int, first State) (best []int, reason string) {
	most := math.MinInt
	for _, order := range orders {
		if slices.Contains(order, misfit) {
			continue
		}
		for len(order) > 0 && history[order[len(order)-1]].Outcome == Unknown {
			order = order[:len(order)-1] // nothing that was answered needs it
		}
		value, state := 0, first
		for _, i := range order {
			state, _ = state.next(&history[i])
			value += len(history)
			if history[i].Outcome == Unknown {
				value -= len(history) + 1
			}
		}
		_, why := state.next(&history[misfit])
		if why != "" && value > most {
			most, best, reason = value, order, why
		}
	}
	if reason == "" {
		_, reason = first.next(&history[misfit])
	}
	return best, cmp.Or(reason, "it contradicts what others were shown")
}

// Lines draws a judgement, an operation a line in the order of the calls: where in the
// order it comes, or why it fits nowhere.
func (j Judgement) Lines() []string {
	place := map[int]string{}
	for n, i := range j.Order {
		place[i] = fmt.Sprintf("%d.", n+1)
	}
	if j.Misfit >= 0 {
		place[j.Misfit] = "fits nowhere: " + j.Reason
	}
	lines := make([]string, len(j.History))
	for i, o := range j.History {
		lines[i] = fmt.Sprintf("%s, worker %d, %s [%s]", o.span(), o.Worker, o, cmp.Or(place[i], "open or later"))
	}
	return lines
}
