package model

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Kind is what an operation does, in the words in which a profile binds it; a probe
// tries a secret at the token side.
type Kind string

// The kinds.
const (
	Rotate Kind = "rotate" // makes a secret, whatever becomes of the others
	Delete Kind = "delete_secret"
	List   Kind = "list_secrets"
	Probe  Kind = "probe"
	Reveal Kind = "reveal" // shows the secret that works
	Read   Kind = "read"
	Update Kind = "update"
	Drop   Kind = "delete" // of the client
)

// Observes reports whether operations of the kind change nothing.
func (k Kind) Observes() bool { return k == List || k == Probe || k == Reveal || k == Read }

// Outcome is what is known of an operation's effect.
type Outcome string

// The outcomes. OK took effect once, Refused had none, Unknown may have taken effect
// once, at any time after its call.
const (
	OK      Outcome = "ok"
	Refused Outcome = "refused"
	Unknown Outcome = "unknown"
)

// Never is the return time of an operation whose reply is still out.
const Never = time.Duration(math.MaxInt64)

// Step is what is asked for. Secrets have numbers from 1, the one that the client was
// made with; a step that makes one says which it will be, so that a sequence reads
// the same when steps are taken out of it.
type Step struct {
	Kind      Kind
	Secret    int    // made by Rotate; meant by Probe and Delete; 0 in a Probe is one that nobody made
	ID        string // of the secret that Delete means, where it goes by that
	By        string // who asks and has no right to; "" is the admin
	Attribute string // of Update
	Value     string // of Update, as JSON
}

// Entry is a secret as a list shows it.
type Entry struct {
	ID      string
	Deleted bool
}

// Output is what a reply says.
type Output struct {
	ID         string            // of the secret made, where the reply tells
	Again      int               // number of an earlier secret that Rotate gave once more
	Secret     int               // of Reveal: the number of the secret that it shows
	Gone       bool              // there is no such secret or client: why it was refused, or what Read shows
	Works      bool              // of Probe
	Entries    []Entry           // of List
	Attributes map[string]string // of Read, as JSON by name
	Detail     string            // what came back, for people
}

// Operation is a step with what came of it. Times are since the run began.
type Operation struct {
	Client string // whose secrets it is about; clients do not interfere
	Worker int    // who asked; one worker does one thing at a time
	Step
	Output   Output
	Outcome  Outcome
	Call     time.Duration
	Return   time.Duration // Never where the reply was lost
	Stale    time.Duration // what it shows may be as old as this before its call: a declared bound
	Exchange int           // its number in the report, 0 for none
}

// String says what was asked for.
func (s Step) String() string {
	text := new(strings.Builder)
	text.WriteString(string(s.Kind))
	switch {
	case s.ID != "":
		fmt.Fprintf(text, " %s", s.ID)
	case s.Kind == Rotate && s.Secret != 0:
		fmt.Fprintf(text, " to secret %d", s.Secret)
	case s.Kind == Probe && s.Secret == 0:
		text.WriteString(" a secret that nobody made")
	case s.Secret != 0:
		fmt.Fprintf(text, " secret %d", s.Secret)
	case s.Attribute != "":
		fmt.Fprintf(text, " %s to %s", s.Attribute, s.Value)
	}
	if s.By != "" {
		text.WriteString(" " + s.By)
	}
	return text.String()
}

// String says what was asked for and what came of it.
func (o Operation) String() string {
	result := o.Told()
	if o.Output.Detail != "" && o.Return != Never {
		result += " (" + o.Output.Detail + ")"
	}
	return o.Step.String() + " → " + result
}

// Told says what came of an operation.
func (o Operation) Told() string {
	switch {
	case o.Return == Never:
		return "no answer"
	case o.Outcome != OK:
		return string(o.Outcome)
	case o.Kind == Probe && o.Output.Works:
		return "accepted"
	case o.Kind == Probe:
		return "refused"
	case o.Kind == List:
		return entries(o.Output.Entries)
	case o.Kind == Reveal:
		return fmt.Sprintf("secret %d", o.Output.Secret)
	case o.Kind == Read && o.Output.Gone:
		return "no such client"
	case o.Kind == Read && len(o.Output.Attributes) > 0:
		return attributesInWords(o.Output.Attributes)
	}
	return string(o.Outcome)
}

// maxShown bounds a list in a text.
const maxShown = 12

func entries(list []Entry) string {
	if len(list) == 0 {
		return "none"
	}
	words := make([]string, 0, maxShown+1)
	for _, entry := range list[:min(len(list), maxShown)] {
		word := entry.ID
		if entry.Deleted {
			word += " deleted"
		}
		words = append(words, word)
	}
	if more := len(list) - maxShown; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}

func attributesInWords(values map[string]string) string {
	words := make([]string, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		words = append(words, name+" "+values[name])
	}
	return strings.Join(words, ", ")
}

// span is when an operation was under way.
func (o Operation) span() string {
	if o.Return == Never {
		return fmt.Sprintf("%.1f ms and open", ms(o.Call))
	}
	return fmt.Sprintf("%.1f to %.1f ms", ms(o.Call), ms(o.Return))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
