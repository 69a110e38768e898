package profile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// fill sets what a profile may leave out.
func (p *Profile) fill() {
	if p.Authorization.Header == "" {
		p.Authorization = Authorization{Header: "Authorization", Prefix: "Bearer "}
	}
	if p.Callers == nil {
		p.Callers = Callers
	}
	if len(p.ClientAuth) == 0 {
		p.ClientAuth = []ClientAuth{Basic, Post}
	}
	if p.Dates.Layout == "" {
		p.Dates.Layout = time.RFC3339Nano
	}
	fallback(&p.Dates.Empty, "error")
	fallback(&p.Policy.Overflow, "none")
	fallback(&p.Policy.Readback, "never")
	fallback(&p.Policy.DeleteClient, "none")
	fallback(&p.Policy.DeleteSecret, "none")
	fallback(&p.Policy.DeleteLast, "none")
	fallback(&p.Policy.PastExpiry, "none")
	fallback(&p.Policy.TokenEffect, "keep")
	fallback(&p.Policy.FailureStatus, "http")
	fallback(&p.Policy.ReplaceSecret, "none")
	fallback(&p.Policy.TwoProofs, "refuse")
	fallback(&p.Policy.Reads, "current")
	fallback(&p.Policy.Accept, 5*time.Second)
	fallback(&p.Policy.Refuse, 5*time.Second)
	if p.Switch.On == nil && p.Switch.Off == nil {
		p.Switch.On, p.Switch.Off = true, false
	}
	for _, members := range [][]Member{p.Immutable, p.ReadOnly, p.Invalid} {
		for i := range members {
			fallback(&members[i].Operation, "update")
		}
	}
	for _, status := range []struct {
		of        *[]int
		otherwise []int
	}{
		{&p.Statuses.Unauthenticated, []int{401}},
		{&p.Statuses.Forbidden, []int{403}},
		{&p.Statuses.Foreign, []int{403, 404}},
		{&p.Statuses.Unknown, []int{404}},
		{&p.Statuses.Invalid, []int{400, 422}},
		{&p.Statuses.Method, []int{405}},
		{&p.Statuses.Media, []int{415}},
		{&p.Statuses.RepeatDelete, []int{200, 204, 404, 410}},
		{&p.Statuses.Taken, []int{409}},
	} {
		if len(*status.of) == 0 {
			*status.of = status.otherwise
		}
	}
	fallback(&p.Limits.Requests, 20_000)
	fallback(&p.Limits.Rate, 20)
	fallback(&p.Limits.Concurrency, 8)
	fallback(&p.Limits.Timeout, 10*time.Second)
	fallback(&p.Limits.Wall, 15*time.Minute)
}

func fallback[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// vocabulary is what the words of a policy may be.
var vocabulary = []struct {
	name  string
	of    func(*Policy) string
	words []string
}{
	{"rotation", func(p *Policy) string { return p.Rotation }, []string{"replace", "add", "grace"}},
	{"secret_source", func(p *Policy) string { return p.SecretSource }, []string{"reply", "reveal", "caller"}},
	{"overflow", func(p *Policy) string { return p.Overflow }, []string{"evict", "refuse", "none"}},
	{"readback", func(p *Policy) string { return p.Readback }, []string{"never", "privileged", "always"}},
	{"delete_client", func(p *Policy) string { return p.DeleteClient }, []string{"hard", "soft", "none"}},
	{"delete_secret", func(p *Policy) string { return p.DeleteSecret }, []string{"soft", "hard", "none"}},
	{"delete_last", func(p *Policy) string { return p.DeleteLast }, []string{"allow", "refuse", "none"}},
	{"past_expiry", func(p *Policy) string { return p.PastExpiry }, []string{"refuse", "dead", "none"}},
	{"token_effect", func(p *Policy) string { return p.TokenEffect }, []string{"keep", "revoke"}},
	{"failure_status", func(p *Policy) string { return p.FailureStatus }, []string{"http", "envelope"}},
	{"reads", func(p *Policy) string { return p.Reads }, []string{"current", "lagging"}},
	{"two_proofs", func(p *Policy) string { return p.TwoProofs }, []string{"refuse", "agreeing"}},
	{"replace_secret", func(p *Policy) string { return p.ReplaceSecret }, []string{"keep", "clear", "refuse", "none"}},
}

// check finds every mistake that needs no document to be seen.
func (p *Profile) check() error {
	var mistakes []error
	if p.Version != 1 {
		mistakes = append(mistakes, fmt.Errorf("profile: is version %d, want 1", p.Version))
	}
	if p.Provider == "" {
		mistakes = append(mistakes, errors.New("provider: is missing"))
	}
	mistakes = slices.Concat(mistakes, p.checkWords(), p.checkOperations(), p.checkTokenSide(), p.checkSource(), p.checkSwitch(), p.checkFailure())
	if p.Dates.Empty != "none" && p.Dates.Empty != "error" {
		mistakes = append(mistakes, fmt.Errorf("dates.empty: is %q, want none or error", p.Dates.Empty))
	}
	if _, err := p.zone(); err != nil {
		mistakes = append(mistakes, fmt.Errorf("dates.zone: %w", err))
	}
	slices.SortStableFunc(mistakes, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(mistakes...)
}

func (p *Profile) checkWords() (mistakes []error) {
	for _, word := range vocabulary {
		if value := word.of(&p.Policy); !slices.Contains(word.words, value) {
			mistakes = append(mistakes, fmt.Errorf("policy.%s: is %q, want one of %s", word.name, value, strings.Join(word.words, ", ")))
		}
	}
	return mistakes
}

func (p *Profile) checkOperations() (mistakes []error) {
	for name, binding := range p.Operations {
		if !slices.Contains(Operations, name) {
			mistakes = append(mistakes, fmt.Errorf("operations.%s: is not a neutral operation, want one of %s", name, strings.Join(Operations, ", ")))
		}
		for value, pointer := range binding.Put {
			if _, err := splitPlace(pointer); err != nil {
				mistakes = append(mistakes, fmt.Errorf("operations.%s.put.%s: %w", name, value, err))
			}
		}
		for value, pointer := range binding.Take {
			if _, err := split(pointer); err != nil {
				mistakes = append(mistakes, fmt.Errorf("operations.%s.take.%s: %w", name, value, err))
			}
		}
		if page := binding.Page; page != nil && page.Next != "" && (page.Next != "link" || name != "list") {
			mistakes = append(mistakes, fmt.Errorf("operations.%s.page.next: is %q, want link for the list of clients, or nothing", name, page.Next))
		}
		mistakes = append(mistakes, binding.checkFilters(name)...)
	}
	for _, needed := range []string{"create", "rotate"} {
		if !p.Binds(needed) {
			mistakes = append(mistakes, fmt.Errorf("operations.%s: is missing; nothing can be tested without it", needed))
		}
	}
	return mistakes
}

// onManagement is the side of an operation that OAuth has on the token side and the
// provider among its management operations.
const onManagement = "management"

func (b Binding) checkFilters(name string) (mistakes []error) {
	for value, pointer := range b.Filters {
		switch at, err := splitPlace(pointer); {
		case err != nil:
			mistakes = append(mistakes, fmt.Errorf("operations.%s.filters.%s: %w", name, value, err))
		case at.in != "query":
			mistakes = append(mistakes, fmt.Errorf("operations.%s.filters.%s: is %q, want /query/NAME", name, value, pointer))
		case b.Take[value] == "":
			mistakes = append(mistakes, fmt.Errorf("operations.%s.filters.%s: nothing is taken by this name, so that no item can be held to it", name, value))
		}
	}
	return mistakes
}

func (p *Profile) checkTokenSide() (mistakes []error) {
	for name, binding := range p.Operations {
		switch {
		case binding.Side == "":
		case binding.Side != onManagement:
			mistakes = append(mistakes, fmt.Errorf("operations.%s.side: is %q, want %s or nothing", name, binding.Side, onManagement))
		case !slices.Contains(TokenSide, name):
			mistakes = append(mistakes, fmt.Errorf("operations.%s.side: it is a management operation by itself", name))
		}
	}
	for _, name := range p.Oracle {
		if !slices.Contains(TokenSide, name) || !p.Binds(name) || p.Operations[name].Side != "" {
			mistakes = append(mistakes, fmt.Errorf("oracle: %q is not a bound operation of the token side", name))
		}
	}
	for _, caller := range p.Callers {
		if !slices.Contains(Callers, caller) {
			mistakes = append(mistakes, fmt.Errorf("callers: is %q, want one of %s", caller, strings.Join(Callers, ", ")))
		}
	}
	if !p.TellsApart("admin") && len(p.Callers) > 0 {
		mistakes = append(mistakes, fmt.Errorf("callers: are %s without admin, want admin among them, or none at all", strings.Join(p.Callers, ", ")))
	}
	for _, way := range p.ClientAuth {
		if way != Basic && way != Post {
			mistakes = append(mistakes, fmt.Errorf("client_auth: is %q, want basic or post", way))
		}
	}
	return mistakes
}

// checkSource sees that the new secret of a rotation can be had from where the policy
// says it comes from.
func (p *Profile) checkSource() (mistakes []error) {
	rotate := p.Operations["rotate"]
	switch source := p.Policy.SecretSource; {
	case source == "reveal" && !p.Binds("reveal"):
		mistakes = append(mistakes, errors.New("policy.secret_source: is reveal, but operations.reveal is not bound"))
	case source == "reply" && rotate.Take["secret"] == "":
		mistakes = append(mistakes, errors.New("policy.secret_source: is reply, but operations.rotate.take.secret is missing"))
	case source == "caller" && rotate.Put["secret"] == "":
		mistakes = append(mistakes, errors.New("policy.secret_source: is caller, but operations.rotate.put.secret is missing"))
	}
	return mistakes
}

// checkSwitch sees that a client can be disabled by what is declared.
func (p *Profile) checkSwitch() (mistakes []error) {
	if p.Switch.Write == "" && p.Switch.Read == "" {
		return nil
	}
	for name, pointer := range map[string]string{"write": p.Switch.Write, "read": p.Switch.Read} {
		if _, err := split(pointer); err != nil {
			mistakes = append(mistakes, fmt.Errorf("switch.%s: %w", name, err))
		}
	}
	switch {
	case p.Switch.Write == "":
		mistakes = append(mistakes, errors.New("switch.write: is missing, and nothing disables a client without it"))
	case !p.Binds("update"):
		mistakes = append(mistakes, errors.New("switch: operations.update is not bound, and it is what sets the switch"))
	case Equal(p.Switch.On, p.Switch.Off):
		mistakes = append(mistakes, fmt.Errorf("switch: on and off are both %v", p.Switch.On))
	}
	return mistakes
}

// checkFailure sees that every member of a refusal is named by a pointer.
func (p *Profile) checkFailure() (mistakes []error) {
	named := map[string][]string{"always": p.Failure.Always, "only": p.Failure.Only}
	if p.Failure.ID != "" {
		named["id"] = []string{p.Failure.ID}
	}
	for name, pointers := range named {
		for _, pointer := range pointers {
			if _, err := split(pointer); err != nil || pointer == "" {
				mistakes = append(mistakes, fmt.Errorf("failure.%s: %q is no pointer into a body", name, pointer))
			}
		}
	}
	return mistakes
}
