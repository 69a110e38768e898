package checks

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

func TestAddition(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	a := profile.Values{"secret_id": "a", "expires": at}
	b := profile.Values{"secret_id": "b", "deleted": true}
	c := profile.Values{"secret_id": "c", "expires": nil, "deleted": false}
	tests := []struct {
		name          string
		before, after []profile.Values
		added         string
		wrong         []string
	}{
		{"the first", nil, []profile.Values{c}, "c", nil},
		{"at the end", []profile.Values{a, b}, []profile.Values{a, b, c}, "c", nil},
		{"in front, and the others in another order", []profile.Values{a, b}, []profile.Values{c, b, a}, "c", nil},
		{"none", []profile.Values{a}, []profile.Values{a}, "", []string{"the addition made 0 new entries in the list, want 1"}},
		{"two", []profile.Values{a}, []profile.Values{a, b, c}, "", []string{"the addition made 2 new entries in the list, want 1"}},
		{"in place of another", []profile.Values{a, b}, []profile.Values{a, c}, "c", []string{"the addition took the secret b off the list"}},
		{"an expiry moved", []profile.Values{a}, []profile.Values{{"secret_id": "a", "expires": at.Add(time.Second)}, c}, "c",
			[]string{"the addition changed expires of the secret a from 2027-01-01 00:00:00 +0000 UTC to 2027-01-01 00:00:01 +0000 UTC"}},
		{"a deletion undone", []profile.Values{b}, []profile.Values{{"secret_id": "b", "deleted": false}, c}, "c",
			[]string{"the addition changed deleted of the secret b from true to false"}},
		{"an id twice", []profile.Values{a}, []profile.Values{a, c, c}, "c", []string{"the id c is in the list twice"}},
		{"no id", []profile.Values{a}, []profile.Values{a, {"expires": at}}, "",
			[]string{"entry 2 of the list has no id", "the addition made 0 new entries in the list, want 1"}},
		{"an id that is no text", []profile.Values{a}, []profile.Values{a, {"secret_id": 5.0}}, "",
			[]string{"entry 2 of the list has no id", "the addition made 0 new entries in the list, want 1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			added, wrong := addition(test.before, test.after)
			if added != test.added {
				t.Errorf("added: got %q, want %q", added, test.added)
			}
			if diff := cmp.Diff(test.wrong, wrong); diff != "" {
				t.Errorf("wrong (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCrossed(t *testing.T) {
	t.Parallel()
	first := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	second, other := first.Add(time.Hour), first.Add(time.Minute)
	ids, asked := []string{"a", "b"}, []time.Time{first, second}
	entry := func(id string, expires any) profile.Values {
		return profile.Values{"secret_id": id, "expires": expires}
	}
	tests := []struct {
		name string
		list []profile.Values
		want []string
	}{
		{"as asked, in another zone", []profile.Values{entry("x", nil), entry("b", second.In(time.FixedZone("", 3600))), entry("a", first)}, nil},
		{"without any", []profile.Values{entry("a", nil), entry("b", nil)}, nil},
		{"of the service's choice", []profile.Values{entry("a", other), entry("b", other)}, nil},
		{"no dates", []profile.Values{entry("a", "soon"), entry("b", 5.0)}, nil},
		{"another's", []profile.Values{entry("x", nil), entry("a", second), entry("b", other)}, []string{"the id that appeared with secret 1 stands beside the expiry of secret 2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, crossed(test.list, ids, asked)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
