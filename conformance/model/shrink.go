package model

// Shrink looks for a shorter sequence that fails in the same way. fails tries one, each
// time from the beginning, and says at which of its steps it failed. The sequence that
// it begins with has failed at its last step. At most so many are tried; the shortest
// that failed is returned, and how many tries it took.
//
// The large cuts come first, because tries are dear: what only looks, what was refused,
// what changes no secret. After that ever smaller stretches are left out, down to
// single steps (delta debugging, Zeller and Hildebrandt 2002). A step that makes a
// secret takes the steps about it along.
func Shrink(steps []Step, tries int, fails func([]Step) (at int, failed bool)) (shortest []Step, tried int) {
	s := &shrinker{steps: steps, left: tries, fails: fails}
	for _, cut := range []func(Step) bool{
		func(step Step) bool { return step.Kind.Observes() },
		func(step Step) bool { return step.By != "" },
		func(step Step) bool { return step.Kind == Update },
		func(step Step) bool { return step.Kind == Delete },
	} {
		s.without(func(i int) bool { return i < len(s.steps)-1 && cut(s.steps[i]) })
	}
	for size := len(s.steps) / 2; size > 0; size /= 2 {
		for from := 0; from < len(s.steps)-1; {
			if !s.without(func(i int) bool { return i >= from && i < from+size && i < len(s.steps)-1 }) {
				from += size
			}
		}
	}
	return s.steps, tries - s.left
}

type shrinker struct {
	steps []Step
	left  int
	fails func([]Step) (int, bool)
}

// without tries the sequence without some of its steps and takes it where it fails. One
// from which nothing would be missing, or the last step, is not worth a try.
func (s *shrinker) without(drop func(int) bool) bool {
	var kept []Step
	made := map[int]bool{0: true, 1: true}
	ends := false // in the step that failed
	for i, step := range s.steps {
		if drop(i) || step.Kind != Rotate && !made[step.Secret] {
			continue
		}
		made[step.Secret] = true
		kept = append(kept, step)
		ends = i == len(s.steps)-1
	}
	if s.left == 0 || !ends || len(kept) == len(s.steps) {
		return false
	}
	s.left--
	at, failed := s.fails(kept)
	if failed {
		s.steps = kept[:min(at+1, len(kept))]
	}
	return failed
}
