package model

// life is whether a client is there. Once it is deleted nothing brings it back, and
// none of its secrets works.
type life struct{ gone bool }

// Life begins with a client that is there. It judges the deletion of the client,
// rotations, probes and reads; which secret works while it is there is not its matter.
func Life() State { return life{} }

func (s life) next(o *Operation) (next State, reason string) {
	switch {
	case o.Kind == Drop && o.Outcome != Refused:
		return life{gone: true}, ""
	case o.Outcome != OK && o.Output.Gone || o.Kind == Read && o.Output.Gone:
		if !s.gone {
			return s, "it finds no client, which is there"
		}
	case o.Outcome != OK:
	case o.Kind == Rotate && s.gone:
		return s, "it rotates a client that is deleted"
	case o.Kind == Probe && o.Output.Works && s.gone:
		return s, "it accepts a secret of a client that is deleted"
	case (o.Kind == Read || o.Kind == Reveal) && s.gone:
		return s, "it shows a client that is deleted"
	}
	return s, ""
}

func (s life) equal(other State) bool { return s == other }

func (s life) hash() uint64 { return hashOf(s) }
