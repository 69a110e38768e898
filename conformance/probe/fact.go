package probe

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/keyturn/keyturn/conformance/profile"
)

// Fact is one entry of the policy vector, or of what belongs to it: how it is declared
// and how it was seen to be. Values are as a profile has them.
type Fact struct {
	Name     string `json:"name"`               // as in "rotation", "statuses.unknown", "client_auth"
	Declared string `json:"declared,omitempty"` // "" where the profile leaves it open
	Observed string `json:"observed,omitempty"` // "" where it was not found out, or no value says it
	State    State  `json:"state"`
	Evidence string `json:"evidence"`          // what was seen, or why it was not
	Default  bool   `json:"default,omitempty"` // it is declared by default alone

	bound bool // it follows from what the profile binds, and was not seen
	list  bool // of values
}

// State is how the observed goes with the declared.
type State string

// The states.
const (
	Agrees      State = "agrees"
	Contradicts State = "contradicts"
	New         State = "new" // found out, and left open by the profile
	Unknown     State = "unknown"
)

// policyFacts and statusFacts are what is looked for in these parts of a profile, in the
// order of a draft.
var (
	policyFacts = []string{
		"rotation", "secret_source", "max_live", "overflow", "grace", "readback", "delete_client", "delete_secret", "delete_last",
		"default_expiry", "past_expiry", "token_effect", "failure_status", "replace_secret", "two_proofs", "reads", "accept", "refuse",
	}
	statusFacts = []string{"unauthenticated", "forbidden", "foreign", "unknown", "invalid", "method", "media", "taken", "repeat_delete"}
)

// names lists all facts, in order.
func names() []string {
	all := slices.Concat([]string{"client_auth", "oracle"}, policyFacts)
	for _, name := range statusFacts {
		all = append(all, "statuses."+name)
	}
	return all
}

// declared is a fact as the profile has it, its defaults included.
func declared(of *profile.Profile, name string) string {
	if kind, is := strings.CutPrefix(name, "statuses."); is {
		return flow(*statuses(of, kind))
	}
	switch name {
	case "client_auth":
		return flow(of.ClientAuth)
	case "oracle":
		return flow(of.Oracle)
	case "grace":
		return of.Policy.Grace.String()
	case "default_expiry":
		return of.Policy.DefaultExpiry.String()
	}
	return of.Facts()[name]
}

// statuses are those that a profile has for a kind of refusal.
func statuses(of *profile.Profile, kind string) *[]int {
	return map[string]*[]int{
		"unauthenticated": &of.Statuses.Unauthenticated, "forbidden": &of.Statuses.Forbidden, "foreign": &of.Statuses.Foreign,
		"unknown": &of.Statuses.Unknown, "invalid": &of.Statuses.Invalid, "method": &of.Statuses.Method,
		"media": &of.Statuses.Media, "taken": &of.Statuses.Taken, "repeat_delete": &of.Statuses.RepeatDelete,
	}[kind]
}

// flow is a list as YAML has it on one line.
func flow[T any](values []T) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// listed is a list in words.
func listed[T any](values []T) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// open reports whether the profile leaves a fact to be found out. What a complete one
// does not say is declared by default, but for the oracle, which has no default.
func (sc *scout) open(name string) bool {
	return !sc.given.Says(name) && (!sc.given.Complete() || name == "oracle")
}

// found notes a fact whose value has to be the declared one.
func (sc *scout) found(name, value, format string, args ...any) *Fact {
	return sc.ruled(name, value, value == declared(sc.given.Profile, name), format, args...)
}

// ruled notes a fact that its question has held to the declared value. A value of ""
// says that what was seen has no word.
func (sc *scout) ruled(name, value string, fits bool, format string, args ...any) *Fact {
	fact := &Fact{Name: name, Observed: value, Evidence: oneLine(fmt.Sprintf(format, args...)), State: New, list: strings.HasPrefix(value, "[")}
	if sc.declare(fact); fact.Declared != "" {
		fact.State = map[bool]State{true: Agrees, false: Contradicts}[fits]
	} else if value == "" {
		fact.State = Unknown
	}
	if !sc.dry {
		sc.facts[name] = fact
	}
	return fact
}

// structural notes a fact that follows from what the profile binds.
func (sc *scout) structural(name, value, words string) {
	sc.found(name, value, "%s", words).bound = true
}

// unknown says why a fact was not found out, unless it was.
func (sc *scout) unknown(name, format string, args ...any) {
	if sc.facts[name] != nil || sc.dry {
		return
	}
	fact := &Fact{Name: name, State: Unknown, Evidence: oneLine(fmt.Sprintf(format, args...))}
	sc.declare(fact)
	sc.facts[name] = fact
}

// declare notes how a fact is declared.
func (sc *scout) declare(fact *Fact) {
	if !sc.open(fact.Name) {
		fact.Declared, fact.Default = declared(sc.given.Profile, fact.Name), !sc.given.Says(fact.Name)
	}
}

// oneLine makes a text fit for a comment: what a target sends may be quoted in it.
func oneLine(text string) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) || c == '\n' || c == '\t' {
			return c
		}
		return unicode.ReplacementChar
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if letters := []rune(text); len(letters) > longest {
		return string(letters[:longest-1]) + "…"
	}
	return text
}

// longest is how many letters a text about a fact may have: a target decides on some.
const longest = 600
