package fault

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const (
	// MaxLatency bounds what one request is held up by all faults together, and every
	// pause of a drip.
	MaxLatency = 5 * time.Minute
	// maxSigma is far beyond the latencies that there are.
	maxSigma = 10
	// maxSeed is the largest whole number that every reader of JSON gets right (RFC
	// 7493 section 2.2).
	maxSeed = 1<<53 - 1
	// maxText is longer than what any request has to be matched with.
	maxText = 2000
)

// wrong is how the checks say where something is and what was expected there.
func wrong(field, format string, args ...any) error {
	return client.Errorf(client.Invalid, format, args...).At(field)
}

// firstOf returns the first failure.
func firstOf(failures ...error) error {
	for _, failure := range failures {
		if failure != nil {
			return failure
		}
	}
	return nil
}

// fact is something that has to be so.
type fact bool

// or is the failure where it is not.
func (so fact) or(field, format string, args ...any) error {
	if so {
		return nil
	}
	return wrong(field, format, args...)
}

// Check reports what is wrong with a fault. Errors: Invalid for a value that cannot be
// and for values that contradict each other, at a JSON pointer.
func (f Fault) Check() error {
	return firstOf(
		f.Match.check(),
		fact(f.Match.Seed == 0 || f.random()).or("/match/seed",
			"a seed without a probability and without a uniform or log_normal latency decides nothing: leave it out"),
		at("/effect", f.Effect.check()),
		fact(f.Times >= 0).or("/times", "%d is less than 0, want how many requests are hit, 0 for all", f.Times),
		fact(f.Match.Nth == 0 || f.Times <= 1).or("/times", "%d contradicts nth, which hits one request", f.Times),
		fact(f.Hits >= 0).or("/hits", "%d is less than 0", f.Hits),
		fact(f.Window == nil || f.Window.Passed >= 0).or("/window/passed", "want 0 or more"),
	)
}

// CheckAll checks faults that a Set is to restore. Errors: Invalid for what Check finds,
// for an id that is missing or there twice, and Limit for too many, at a JSON pointer
// that begins with the number of the fault.
func CheckAll(faults []Fault) error {
	if len(faults) > maxFaults {
		return tooMany()
	}
	taken := make(map[string]bool, len(faults))
	for i, f := range faults {
		err := firstOf(
			f.Check(),
			fact(ids.MatchString(f.ID)).or("/id", "want one such as f1, as they are given"),
			fact(f.Seen <= maxCount && f.Hits <= maxCount).or("/seen", "want 0 to %d", maxCount),
			fact(!taken[f.ID]).or("/id", "there are two faults of this id"),
		)
		if err != nil {
			return at(fmt.Sprintf("/%d", i), err)
		}
		taken[f.ID] = true
	}
	return nil
}

// ids are those that a Set gives, and maxCount is the largest number that JSON carries
// everywhere (RFC 8259 section 6).
var ids = regexp.MustCompile(`^f[1-9][0-9]{0,14}$`)

const maxCount = 1<<53 - 1

// at puts a failure below a place.
func at(place string, err error) error {
	if err == nil {
		return nil
	}
	failure := client.AsError(err)
	return failure.At(place + failure.Field)
}

func (m Match) check() error {
	return firstOf(
		short("/match/provider", m.Provider), short("/match/operation", m.Operation), short("/match/client", m.Client),
		short("/match/method", m.Method), short("/match/path", m.Path),
		fact(m.Method == strings.ToUpper(m.Method) && !strings.ContainsAny(m.Method, " \t/")).or("/match/method",
			"%q is no method, want one such as GET or POST, in capitals", m.Method),
		fact(m.Path == "" || m.Path == "*" || strings.HasPrefix(m.Path, "/")).or("/match/path",
			"%q begins with no slash, want a whole path, or one with an asterisk at its end for any rest", m.Path),
		fact(!strings.ContainsAny(m.Path, "?#")).or("/match/path", "%q has a query or a fragment, want the path alone", m.Path),
		fact(!strings.Contains(strings.TrimSuffix(m.Path, "*"), "*")).or("/match/path", "%q has an asterisk before its end", m.Path),
		fact(m.Probability >= 0 && m.Probability <= 1).or("/match/probability", "%v is no probability, want a number from 0 to 1", m.Probability),
		fact(m.Seed <= maxSeed).or("/match/seed", "want a whole number from 0 to %d", uint64(maxSeed)),
	)
}

func short(field, text string) error {
	return fact(len(text) <= maxText).or(field, "the text has %d bytes, want at most %d", len(text), maxText)
}

// check reports what is wrong, at a pointer that begins below the effect.
func (e Effect) check() error {
	if !e.ends() && !e.shapes() && e.Latency == nil {
		return wrong("", "there is no effect, want one or more of status, latency, throttle, reset, empty, truncate and drip")
	}
	return firstOf(
		fact(e.When == "" || e.When == Before || e.When == After).or("/when", "%q is no time, want %s or %s", string(e.When), Before, After),
		fact(e.Status == 0 || e.Status >= 400 && e.Status <= 599).or("/status", "%d is no failure, want 400 to 599", e.Status),
		at("/latency", e.Latency.check()),
		at("/throttle", e.Throttle.check()),
		fact(e.Truncate == nil || *e.Truncate >= 0).or("/truncate", "want how many bytes are left, 0 or more"),
		at("/drip", e.Drip.check()),
		e.contradictions(),
	)
}

func (e Effect) contradictions() error {
	const noAnswer = "contradicts reset, which leaves no answer: leave one of them out"
	return firstOf(
		fact(!e.Reset || e.Status == 0).or("/status", noAnswer),
		fact(!e.Reset || e.Throttle == nil).or("/throttle", noAnswer),
		fact(!e.Reset || !e.Empty).or("/empty", noAnswer),
		fact(!e.Reset || e.Truncate == nil).or("/truncate", noAnswer),
		fact(!e.Reset || e.Drip == nil).or("/drip", noAnswer),
		fact(!e.Empty || e.Truncate == nil).or("/truncate", "contradicts empty, which leaves nothing of the body"),
		fact(!e.Empty || e.Drip == nil).or("/drip", "contradicts empty, which leaves nothing of the body"),
		fact(e.Throttle == nil || e.When != After).or("/when", "a throttle refuses before anything happens, want %s", Before),
		fact(e.When != Before || !e.shapes() || e.ends()).or("/when",
			"before the handler there is no answer to shape: want %s, or a status or a throttle for an answer", After),
	)
}

func (l *Latency) check() error {
	if l == nil {
		return nil
	}
	given := 0
	for _, one := range []bool{l.Fixed != 0, l.Uniform != nil, l.LogNormal != nil} {
		if one {
			given++
		}
	}
	if given != 1 {
		return wrong("", "there are %d distributions, want one of fixed (more than 0s), uniform and log_normal", given)
	}
	switch {
	case l.Uniform != nil:
		return firstOf(
			within("/uniform/min", l.Uniform.Min), within("/uniform/max", l.Uniform.Max),
			fact(l.Uniform.Max > 0).or("/uniform/max", "want more than 0s"),
			fact(l.Uniform.Min <= l.Uniform.Max).or("/uniform/min", "%s is more than max, want %s or less", l.Uniform.Min, l.Uniform.Max),
		)
	case l.LogNormal != nil:
		return firstOf(
			within("/log_normal/median", l.LogNormal.Median),
			fact(l.LogNormal.Median > 0).or("/log_normal/median", "want more than 0s"),
			fact(l.LogNormal.Sigma > 0 && l.LogNormal.Sigma <= maxSigma).or("/log_normal/sigma",
				"%v is out of range, want more than 0 and at most %d", l.LogNormal.Sigma, maxSigma),
		)
	default:
		return within("/fixed", l.Fixed)
	}
}

func within(field string, d wire.Duration) error {
	return fact(d >= 0 && time.Duration(d) <= MaxLatency).or(field, "%s is out of range, want 0s to %s", d, MaxLatency)
}

// maxWindow is longer than anybody waits, by whatever clock.
const maxWindow = 366 * 24 * time.Hour

func (t *Throttle) check() error {
	if t == nil {
		return nil
	}
	return firstOf(
		fact(t.Limit >= 0).or("/limit", "%d is less than 0, want how many requests of a window pass", t.Limit),
		fact(t.Per > 0 && time.Duration(t.Per) <= maxWindow).or("/per", "%s is no length of a window, want more than 0s and at most %s", t.Per, maxWindow),
	)
}

func (d *Drip) check() error {
	if d == nil {
		return nil
	}
	return firstOf(
		fact(d.Bytes >= 1).or("/bytes", "%d is out of range, want how many bytes are sent at a time, 1 or more", d.Bytes),
		within("/every", d.Every),
		fact(d.Every > 0).or("/every", "want more than 0s"),
	)
}
