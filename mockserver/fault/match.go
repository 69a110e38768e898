package fault

import "strings"

// Request is what a fault is matched with.
type Request struct {
	// Provider and Operation are empty when no operation answers at the path.
	Provider, Operation string
	Method              string
	// Path is escaped and has no query.
	Path string
	// Mentions reports whether the request is about the client or sent by it. It is
	// asked only for a fault that names one, and may be nil where there is none.
	Mentions func(client string) bool
}

func (m *Match) takes(r *Request) bool {
	return either(m.Provider, r.Provider) && either(m.Operation, r.Operation) && either(m.Method, r.Method) &&
		m.takesPath(r.Path) && (m.Client == "" || r.Mentions != nil && r.Mentions(m.Client))
}

func either(want, got string) bool { return want == "" || want == got }

func (m *Match) takesPath(path string) bool {
	start, open := strings.CutSuffix(m.Path, "*")
	return m.Path == "" || m.Path == path || open && strings.HasPrefix(path, start)
}
