package wire

import (
	"fmt"
	"sync/atomic"

	"github.com/go-json-experiment/json/jsontext"
)

// Replies of one operation have the same members time and again, and sorting and
// quoting their names is most of what a large one costs to write. So the last order
// is remembered, for objects of each size that is worth it.
const (
	fewest = 8
	most   = 64
)

var orders [most]atomic.Pointer[[]ordered]

type ordered struct{ name, start string }

// appendAsBefore writes an object whose members have the names of the last one of its
// size, and else nothing: as many different names as there are members, all of them
// present, are all the members.
func appendAsBefore(dst []byte, members Object) (out []byte, done bool, err error) {
	if len(members) < fewest || len(members) >= most {
		return dst, false, nil
	}
	order := orders[len(members)].Load()
	if order == nil {
		return dst, false, nil
	}
	out = dst
	for i := range *order {
		one := &(*order)[i]
		value, present := members[one.name]
		if !present {
			return dst, false, nil
		}
		out = append(out, one.start...)
		if out, err = Append(out, value); err != nil {
			return out, true, fmt.Errorf("%s: %w", one.name, err)
		}
	}
	return append(out, '}'), true, nil
}

// remember keeps an order with what stands before each value.
func remember(sorted []string) {
	if len(sorted) < fewest || len(sorted) >= most {
		return
	}
	order := make([]ordered, 0, len(sorted))
	start := []byte{'{'}
	for _, name := range sorted {
		quoted, err := jsontext.AppendQuote(start, name)
		if err != nil {
			return
		}
		order = append(order, ordered{name: name, start: string(quoted) + ":"})
		start = []byte{','}
	}
	orders[len(sorted)].Store(&order)
}
