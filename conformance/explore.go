package conformance

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

// Question is put to a target to find something out. Unlike a Check it is in no
// catalogue and judges nothing. What its body does is as safe as what a check does.
type Question struct {
	ID    string
	Title string
	Ask   func(*Session)
}

// Explored is what is left of an exploration beside what the questions found out. Its
// texts show no credential.
type Explored struct {
	Blocked    string            // why the target could not be asked at all, "" where it could
	Cut        string            // why it ended early, "" where it did not
	Unanswered map[string]string // question → why it ended before it was through
	Run        string            // id
	Started    time.Time
	Ended      time.Time
	Requests   int
	Oracle     report.Oracle
	Leftovers  []report.Leftover // could have been removed and were not
	Residue    []report.Leftover // what the API has no way to remove

	hider *redact.Hider
}

// Hide replaces every credential of the exploration in a text by its pseudonym.
func (e *Explored) Hide(text string) string { return e.hider.Text(text) }

// Scan is that of Finished.
func (e *Explored) Scan(name string, text []byte) error { return scan(e.hider, name, text) }

// Explore puts questions to a target, one after the other, with the care of Run: on
// clients of its own, which the journal names and which are removed again, within the
// options' limits. Their Checks, Filter and Waivers are not looked at, and Mode is Plan
// or Standard. What a body learns it may write into the options' profile at once, and
// what follows, the cleaning too, goes by it. Errors are as of Run.
func Explore(ctx context.Context, options Options, questions []Question) (*Explored, error) {
	r, err := beginExploring(options)
	if err != nil {
		return nil, err
	}
	defer r.sender.Close()
	if r.journal != nil {
		defer r.journal.Close()
	}
	ctx, cancel := context.WithTimeout(ctx, r.options.Limits.Wall)
	defer cancel()
	explored := &Explored{Unanswered: map[string]string{}, Run: r.id, Started: r.started.UTC()}
	r.options.Progress(Event{Phase: "prepare", Total: len(questions)})
	if explored.Blocked = r.prepare(ctx); explored.Blocked == "" {
		err = r.askAll(ctx, questions, explored.Unanswered)
	}
	explored.Cut = cut(ctx, r.options.Limits.Wall)
	if limit := r.options.Limits.Requests; explored.Cut == "" && r.sender.Sent() >= limit {
		explored.Cut = fmt.Sprintf("The run was ended at its limit of %s: what it had not come to is incomplete.", counted(limit, "request"))
	}
	r.clean(ctx)
	if r.broke != nil {
		err = r.broke
	}
	if err != nil {
		return nil, err
	}
	r.settleUp(explored)
	return explored, nil
}

func beginExploring(options Options) (*run, error) {
	if options.Profile == nil {
		return nil, usagef("no profile")
	}
	if err := options.fill(); err != nil {
		return nil, err
	}
	if options.Mode != Plan && options.Mode != Standard {
		return nil, usagef("--mode is %q, want %s or %s", options.Mode, Plan, Standard)
	}
	return outfit(options)
}

// askAll asks each question in a session of its own. A crash ends the exploration, as
// what a suite with a fault finds out is worth nothing.
func (r *run) askAll(ctx context.Context, questions []Question, unanswered map[string]string) error {
	for i, question := range questions {
		if ctx.Err() != nil {
			unanswered[question.ID] = "the run ended before it"
			continue
		}
		r.options.Progress(Event{Phase: "check", Check: question.ID, Done: i, Total: len(questions)})
		s, crash := r.ask(ctx, question)
		if crash != nil {
			return fmt.Errorf("question %s: %w", question.ID, crash)
		}
		result := &report.Result{ID: question.ID, Title: question.Title, Verdict: report.Pass, Message: s.incomplete}
		if s.incomplete != "" {
			result.Verdict = report.Untested
			unanswered[question.ID] = s.incomplete
		}
		r.options.Progress(Event{
			Phase: "check", Check: question.ID, Result: result, Message: r.book.Hider().Text(result.Message), Done: i + 1, Total: len(questions),
		})
	}
	return nil
}

func (r *run) ask(ctx context.Context, question Question) (*Session, error) {
	s := r.session(ctx, catalogue.Check{ID: question.ID})
	crash := s.guard(question.Ask)
	r.release(s)
	return s, crash
}

// settleUp notes how the exploration went and hides what is not to be shown.
func (r *run) settleUp(explored *Explored) {
	hider := r.book.Hider()
	explored.hider = hider
	explored.Ended, explored.Requests = r.options.Now().UTC(), r.sender.Sent()
	explored.Oracle = report.Oracle{Kind: r.oracle.operation, Proof: hider.Text(r.oracle.proof), Probes: int(r.probes.Load())}
	explored.Leftovers, explored.Residue = r.leftover, r.residue
	for _, things := range [][]report.Leftover{explored.Leftovers, explored.Residue} {
		for i := range things {
			things[i].Cause = hider.Text(things[i].Cause)
		}
	}
	explored.Blocked = hider.Text(explored.Blocked)
	for id, reason := range explored.Unanswered {
		explored.Unanswered[id] = hider.Text(reason)
	}
}

// PlanExploration prints every request that an exploration would send as far as that can
// be known without an answer, and sends none, like WritePlan.
func PlanExploration(ctx context.Context, out io.Writer, options Options, questions []Question) error {
	options.Mode = Plan
	r, err := beginExploring(options)
	if err != nil {
		return err
	}
	text := new(strings.Builder)
	r.foretell(ctx, text)
	total := 0
	for _, question := range questions {
		fmt.Fprintf(text, "\n%-8s %s\n", question.ID, question.Title)
		s, crash := r.ask(ctx, question)
		if crash != nil {
			return fmt.Errorf("planning %s: %w", question.ID, crash)
		}
		exchanges := s.recorder.All()
		total += len(exchanges)
		r.list(text, exchanges)
		switch {
		case s.incomplete != "":
			fmt.Fprintf(text, "         %s\n", s.incomplete)
		case len(exchanges) == 0:
			fmt.Fprintf(text, "         needs no request\n")
		}
	}
	fmt.Fprintf(text, "\n%s in %s. Whatever is made is deleted again at the end.\n", counted(total, "kind")+" of request", counted(len(questions), "question"))
	_, err = io.WriteString(out, r.book.Hider().Text(text.String()))
	return err
}

// Door is an endpoint of the token side and a way to authenticate there that was seen to
// tell a good secret from a made-up one.
type Door struct {
	Operation string
	Way       string
}

// Doors lists them, the one that the run asks by first. Every bound endpoint that the
// profile names is tried in every way that it names.
func (s *Session) Doors() []Door {
	var doors []Door
	for _, one := range s.run.oracle.doors {
		doors = append(doors, Door{one.operation, string(one.way)})
	}
	return doors
}
