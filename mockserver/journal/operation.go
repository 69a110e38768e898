package journal

import (
	"slices"
	"strings"
)

// Operation is one that could have answered.
type Operation struct {
	Provider string
	ID       string
	Method   string
	// Path is a template such as /api/clients/{id}.
	Path string
}

// What is longer than these is taken for no slip of the pen, which bounds what a
// look costs.
const (
	maxPath     = 2048
	maxSegments = 32
)

// Nearest returns the operation that the request was most likely meant for, and why
// it did not get there: another method, a segment or two written wrong, something
// before or behind the path, or missing there. The reason is empty when none is
// near. It quotes the target, so give it the method and the URL of a Shown. Its cost
// is bounded by the number of operations, whatever the target.
func Nearest(ops []Operation, method, target string) (op Operation, reason string) {
	path, _, _ := strings.Cut(target, "?")
	if len(path) > maxPath || strings.Count(path, "/") > maxSegments {
		return Operation{}, ""
	}
	got := segmentsOf(path)
	best, found := likeness{}, false
	for i := range ops {
		next, near := compare(got, segmentsOf(ops[i].Path))
		if !near {
			continue
		}
		if ops[i].Method != method {
			next.cost += costMethod
		}
		if !found || next.less(best) {
			best, op, found = next, ops[i], true
		}
	}
	if !found {
		return Operation{}, ""
	}
	return op, best.reason(op, ops, method)
}

// segmentsOf returns what stands between the slashes, unescaped.
func segmentsOf(path string) []string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		segments[i] = unescapedSegment(segment)
	}
	return segments
}

// reason says what is wrong with the request if the operation was meant.
func (l likeness) reason(op Operation, ops []Operation, method string) string {
	switch {
	case op.Method == method && l.why == nil:
		return "the method and the path are its own"
	case op.Method == method:
		return strings.Join(l.why, ", ")
	case l.why == nil:
		return "the path exists, the method is " + methodsAt(ops, op.Path) + ", not " + clip(method)
	}
	return strings.Join(l.why, ", ") + ", and the method is " + op.Method + ", not " + clip(method)
}

// methodsAt lists the methods of a path.
func methodsAt(ops []Operation, path string) string {
	var list []string
	for i := range ops {
		if ops[i].Path == path && !slices.Contains(list, ops[i].Method) {
			list = append(list, ops[i].Method)
		}
	}
	slices.Sort(list)
	last := len(list) - 1
	if last == 0 {
		return list[0]
	}
	return strings.Join(list[:last], ", ") + " or " + list[last]
}
