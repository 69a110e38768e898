package conformance

import (
	"slices"
	"sync"
	"time"

	"github.com/keyturn/keyturn/conformance/report"
)

// change follows the secrets of one client around one rotation, deletion or expiry:
// the timeline of the report.
type change struct {
	mu       sync.Mutex
	at       time.Duration // when it was acknowledged
	old, new string
	record   report.Rotation
}

// maxProbes bounds one timeline.
const maxProbes = 400

func (r *run) change(s *Session, c *Client, kind string, reply *Reply) *change {
	made := &change{at: reply.End, record: report.Rotation{
		Check: s.entry.ID, Client: c.Name, Kind: kind, AtMS: ms(reply.End), TookMS: ms(reply.Took()),
		AcceptWithin: ms(r.bound.Policy.Accept), RefuseWithin: ms(r.bound.Policy.Refuse),
	}}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes = append(r.changes, made)
	return made
}

func (c *change) role(secret string) string {
	switch secret {
	case "":
	case c.old:
		return "old"
	case c.new:
		return "new"
	}
	return ""
}

// asked is a question to the oracle and its answer.
type asked struct {
	at     time.Duration
	secret string
	answer Answer
}

// begin names the secrets of the change, and takes over what was asked about the old
// one just before.
func (c *change) begin(old, fresh string, before []asked) {
	c.mu.Lock()
	c.old, c.new = old, fresh
	c.mu.Unlock()
	for _, question := range before {
		c.note(question)
	}
}

// note adds a question to the timeline.
func (c *change) note(question asked) {
	c.mu.Lock()
	defer c.mu.Unlock()
	role := c.role(question.secret)
	if role == "" || len(c.record.Probes) >= maxProbes {
		return
	}
	c.record.Probes = append(c.record.Probes, report.Probe{
		AtMS: ms(question.at - c.at), Secret: question.secret, Role: role, Answer: string(question.answer),
	})
}

// await notes that a check waits for a secret to be accepted, or refused.
func (c *change) await(secret string, want Answer) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	role := c.role(secret)
	if awaited := string(want); (role == "new" && want == Accepted || role == "old" && want == Refused) && !slices.Contains(c.record.Awaited, awaited) {
		c.record.Awaited = append(c.record.Awaited, awaited)
	}
}

// settled writes down when a secret began to be accepted, or refused, for good.
func (c *change) settled(secret string, want Answer, first time.Duration) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	after := ms(max(0, first-c.at))
	switch role := c.role(secret); {
	case role == "new" && want == Accepted && c.record.AcceptedMS == nil:
		c.record.AcceptedMS = &after
	case role == "old" && want == Refused && c.record.RefusedMS == nil:
		c.record.RefusedMS = &after
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
