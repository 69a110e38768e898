package profile

import (
	"bytes"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Open is a profile that may leave its policy open. What it leaves open has a value all
// the same, with which the target can be talked to: the usual default, and for the two
// facts that have none what the bindings suggest.
type Open struct {
	*Bound

	declared map[string]bool
}

// OpenBuiltin is Builtin for a profile that may leave its policy open.
func OpenBuiltin(provider string) (*Open, error) {
	bound, err := builtin(provider, (*Profile).assume)
	if err != nil {
		return nil, err
	}
	return open(bound)
}

// OpenFile is File for a profile that may leave its policy open. Its operations have to
// be bound as ever.
func OpenFile(path string) (*Open, error) {
	bound, err := file(path, (*Profile).assume)
	if err != nil {
		return nil, err
	}
	return open(bound)
}

// open finds out what a profile says itself.
func open(bound *Bound) (*Open, error) {
	var said struct {
		Policy     map[string]any `yaml:"policy"`
		Statuses   map[string]any `yaml:"statuses"`
		ClientAuth any            `yaml:"client_auth"`
		Oracle     any            `yaml:"oracle"`
	}
	if err := yaml.Unmarshal(bound.text, &said); err != nil {
		return nil, fmt.Errorf("profile %s: %w", bound.Provider, err)
	}
	o := &Open{Bound: bound, declared: map[string]bool{"client_auth": said.ClientAuth != nil, "oracle": said.Oracle != nil}}
	for name, value := range said.Policy {
		o.declared[name] = value != nil
	}
	for name, value := range said.Statuses {
		o.declared["statuses."+name] = value != nil
	}
	return o, nil
}

// Text is the profile as it was read.
func (o *Open) Text() []byte { return bytes.Clone(o.text) }

// Says reports whether the profile's text itself has a fact: client_auth, oracle, one of
// the policy such as rotation, or one of the statuses such as statuses.unknown.
func (o *Open) Says(fact string) bool { return o.declared[fact] }

// Complete reports whether the profile is one that a run takes: it has the two facts of
// the policy without a default. What it leaves out then is declared by default.
func (o *Open) Complete() bool { return o.declared["rotation"] && o.declared["secret_source"] }

// SecretSources lists where the secret of a rotation can come from by the bindings, the
// likeliest first: reply, caller, reveal.
func (p *Profile) SecretSources() []string {
	rotate := p.Operations["rotate"]
	var sources []string
	if rotate.Take["secret"] != "" {
		sources = append(sources, "reply")
	}
	if rotate.Put["secret"] != "" {
		sources = append(sources, "caller")
	}
	if p.Binds("reveal") {
		sources = append(sources, "reveal")
	}
	return sources
}

// Oracles lists the operations that may tell a good secret from a bad one: those that the
// profile names, then the others of the token side. Those that issue nothing go first.
func (p *Profile) Oracles() []string {
	oracles := slices.Clone(p.Oracle)
	for _, name := range []string{"revoke", "introspect", "token"} {
		if p.Binds(name) && p.Operations[name].Side == "" && !slices.Contains(oracles, name) {
			oracles = append(oracles, name)
		}
	}
	return oracles
}

// assume gives a value to what has none by default. A client whose secrets are taken to
// add up is never thought to be without the earlier ones.
func (p *Profile) assume() {
	fallback(&p.Policy.Rotation, "add")
	if sources := p.SecretSources(); len(sources) > 0 {
		fallback(&p.Policy.SecretSource, sources[0])
	}
	if len(p.Oracle) == 0 {
		p.Oracle = p.Oracles()
	}
}
