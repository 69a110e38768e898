package conformance

import "time"

// Agreeing is how many answers in a row tell that a state has settled, for Within.
const Agreeing = agreeing

// Within asks again, with growing pauses, until the answer is yes so many times in a
// row, and says whether it came to that before the bound was over. The second of them
// is asked with an option to use a fresh connection, so that another replica may
// answer. A plan asks once, and the answer is yes.
func (s *Session) Within(bound time.Duration, times int, ask func(...CallOption) bool) bool {
	deadline := s.run.options.Now().Add(bound)
	pause := 2 * time.Millisecond
	for streak := 0; ; {
		var options []CallOption
		if streak == 1 {
			options = append(options, Fresh())
		}
		if ask(options...) || s.run.dry {
			if streak++; streak >= times || s.run.dry {
				return true
			}
			continue
		}
		streak = 0
		if s.run.options.Now().After(deadline) {
			return false
		}
		s.Sleep(pause)
		pause = min(2*pause, 250*time.Millisecond)
	}
}
