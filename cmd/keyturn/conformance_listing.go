package main

import (
	"cmp"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/profile"
)

// listing is the list as JSON. A member is only ever added.
type listing struct {
	Catalogue listedCatalogue `json:"catalogue"`
	Provider  string          `json:"provider,omitempty"` // that applicable is about
	Checks    []listed        `json:"checks"`
}

// listedCatalogue says which catalogue the checks are of.
type listedCatalogue struct {
	Version string `json:"version"`
	Digest  string `json:"digest"` // SHA-256 of the catalogue's files, in hex
}

// listed is a check as it is listed. What text shows of it comes first.
type listed struct {
	ID         string          `json:"id"`
	Title      string          `json:"title"`
	Level      string          `json:"level"`
	Safety     string          `json:"safety"`
	Applicable *bool           `json:"applicable,omitempty"` // to the provider, where one is given
	Reason     string          `json:"reason,omitempty"`     // why it is not
	Family     string          `json:"family"`
	FamilyName string          `json:"family_name"`
	Statement  string          `json:"statement"`
	Why        string          `json:"why"`
	Fix        string          `json:"fix"`
	Scope      string          `json:"scope"` // check, or run for one that judges all exchanges
	Applies    listedPredicate `json:"applies"`
	Needs      []string        `json:"needs"` // of oracle, reader, foreign and app
	Requests   int             `json:"requests"`
	Since      string          `json:"since"`
	Revision   int             `json:"revision"`
	Aliases    []string        `json:"aliases"`
	Sources    []listedSource  `json:"sources"`
}

// listedPredicate is to which profiles a check applies; every member has to hold.
type listedPredicate struct {
	Operations []string            `json:"operations,omitempty"` // all of these are bound
	Any        []string            `json:"any,omitempty"`        // at least one of these is
	Policy     map[string][]string `json:"policy,omitempty"`     // fact and the values of which it has one
	Features   []string            `json:"features,omitempty"`   // all of these are declared
}

type listedSource struct {
	Kind string `json:"kind"`         // rfc, document or practice, as in the report
	ID   string `json:"id,omitempty"` // of the promise, where the kind is document
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
}

// listingOf describes checks by their ids. Without a profile nothing is said of
// whether they apply.
func listingOf(entries *catalogue.Catalogue, ids []string, bound *profile.Bound) listing {
	all := listing{
		Catalogue: listedCatalogue{Version: entries.Version, Digest: entries.Digest},
		Checks:    make([]listed, 0, len(ids)),
	}
	if bound != nil {
		all.Provider = bound.Provider
	}
	for _, id := range ids {
		family, check, _ := entries.Check(id)
		one := describe(entries, family, check)
		if bound != nil {
			one.Reason = conformance.Inapplicable(check, bound)
			applicable := one.Reason == ""
			one.Applicable = &applicable
		}
		all.Checks = append(all.Checks, one)
	}
	return all
}

func describe(entries *catalogue.Catalogue, family catalogue.Family, check catalogue.Check) listed {
	one := listed{
		ID: check.ID, Title: check.Title, Level: string(check.Level), Safety: string(check.Safety),
		Family: family.ID, FamilyName: family.Name, Statement: check.Statement, Why: check.Why, Fix: check.Fix,
		Scope: cmp.Or(string(check.Scope), "check"), Applies: listedPredicate(check.Applies), Needs: orNone(check.Needs),
		Requests: check.Requests, Since: check.Since, Revision: check.Revision, Aliases: orNone(check.Aliases),
		Sources: make([]listedSource, 0, len(check.Sources)),
	}
	for _, source := range check.Sources {
		kind := "practice"
		switch {
		case source.RFC != "":
			kind = "rfc"
		case source.Document != "":
			kind = "document"
		}
		one.Sources = append(one.Sources, listedSource{Kind: kind, ID: source.Document, Text: sourceText(entries, source), URL: source.URL})
	}
	return one
}

// orNone makes an empty list of none, which JSON would else show as null.
func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
