package model

import "time"

// Fate is what became of a secret.
type Fate string

// The fates. Unseen is a secret whose value no reply showed.
const (
	Works  Fate = "works"
	Dead   Fate = "dead"
	Unseen Fate = "unseen"
)

// Grant is a secret, when the rotation that made it was under way, and what became of
// it. One from before the rotations has the times 0.
type Grant struct {
	Call, Return time.Duration // Return is Never where the reply was lost
	Fate         Fate
	Asked        time.Duration // when the fate was seen
}

// Rule is what a rotation may retire.
type Rule struct {
	Keep  int           // how many of the newest go on working; 0 is all
	Grace time.Duration // how long one that was followed by another goes on working; 0 is no such rule
}

// Lost finds the secrets that are dead and that the rule does not allow to be, as
// indices. It is exact: it finds none if and only if there is an order of the
// rotations, in keeping with who finished before whom, in which each dead secret was
// followed by as many others as it takes to retire it.
//
// The best order for the dead puts every other rotation as late as it can be: after
// all the dead ones but those that began once it was over. So for each dead secret it
// is enough to count the others that were not over before its rotation began. Those
// whose fate is unseen may be the ones that followed.
func (r Rule) Lost(grants []Grant) []int {
	var lost []int
	for i, dead := range grants {
		if dead.Fate != Dead {
			continue
		}
		followers := 0
		for _, other := range grants {
			if other.Fate != Dead && other.Return >= dead.Call {
				followers++
			}
		}
		retired := r.Keep > 0 && followers >= r.Keep
		over := r.Grace > 0 && followers > 0 && dead.Asked >= dead.Call+r.Grace
		if !retired && !over {
			lost = append(lost, i)
		}
	}
	return lost
}
