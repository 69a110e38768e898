package model

import (
	"cmp"
	"slices"
	"sync"
)

// History collects the operations of workers. It is safe for concurrent use; the zero
// value is empty.
type History struct {
	mu   sync.Mutex
	list []Operation
}

// Add takes an operation that is over, or whose reply will not come.
func (h *History) Add(operation Operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, operation)
}

// All lists the operations by the time of their calls.
func (h *History) All() []Operation {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := slices.Clone(h.list)
	slices.SortStableFunc(all, func(a, b Operation) int { return cmp.Compare(a.Call, b.Call) })
	return all
}

// Partition sorts a history by client, each part in its own order.
func Partition(history []Operation) map[string][]Operation {
	parts := map[string][]Operation{}
	for _, operation := range history {
		parts[operation.Client] = append(parts[operation.Client], operation)
	}
	return parts
}

// Overlap counts the pairs of operations of one client that were under way at the
// same time. A history without one shows nothing that a sequence would not.
func Overlap(history []Operation) int {
	pairs := 0
	for i, one := range history {
		for _, other := range history[i+1:] {
			if one.Client == other.Client && one.Call <= other.Return && other.Call <= one.Return {
				pairs++
			}
		}
	}
	return pairs
}
