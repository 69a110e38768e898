package checks

import (
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMarksThatGo(t *testing.T) {
	at := func(where, client string, from, to int, deleted map[string]bool) sighting {
		return sighting{where: where, client: client, from: time.Duration(from), to: time.Duration(to), deleted: deleted}
	}
	page := at("2", "c", 2, 3, map[string]bool{"b": false})
	page.partial = true
	marked, live, absent := map[string]bool{"a": true}, map[string]bool{"a": false}, map[string]bool{}
	for name, c := range map[string]struct {
		seen []sighting
		want []string
	}{
		"stays":          {[]sighting{at("1", "c", 0, 1, live), at("2", "c", 2, 3, marked), at("3", "c", 4, 5, marked)}, nil},
		"comes back":     {[]sighting{at("1", "c", 0, 1, marked), at("2", "c", 2, 3, live)}, []string{"the secret a was listed as deleted, and is live in a later list: 2"}},
		"goes":           {[]sighting{at("1", "c", 0, 1, marked), at("2", "c", 1, 3, absent)}, []string{"the secret a was listed as deleted, and is missing in a later list: 2"}},
		"once":           {[]sighting{at("1", "c", 0, 1, marked), at("2", "c", 2, 3, live), at("3", "c", 4, 5, live)}, []string{"the secret a was listed as deleted, and is live in a later list: 2"}},
		"another page":   {[]sighting{at("1", "c", 0, 1, marked), page}, nil},
		"lists crossed":  {[]sighting{at("1", "c", 0, 5, marked), at("2", "c", 4, 6, live)}, nil},
		"out of order":   {[]sighting{at("2", "c", 2, 3, live), at("1", "c", 0, 1, marked)}, []string{"the secret a was listed as deleted, and is live in a later list: 2"}},
		"other client's": {[]sighting{at("1", "c", 0, 1, marked), at("2", "d", 2, 3, live)}, nil},
		"comes and goes": {[]sighting{at("1", "c", 0, 1, marked), at("2", "c", 2, 3, live), at("3", "c", 4, 5, marked)}, []string{"the secret a was listed as deleted, and is live in a later list: 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, one := range cameBack(c.seen) {
				got = append(got, one.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnlike(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for range 100 {
		for _, id := range []string{"3f0c6b1e-8a52-4d7f-9c36-0123456789ab", "42", "s_7", "FFFFFFFFFFFFFFFF"} {
			got := unlike(random, id)
			if got == id || len(got) != len(id) {
				t.Fatalf("unlike %s is %s", id, got)
			}
			if uuid.MatchString(id) && !uuid.MatchString(got) {
				t.Fatalf("unlike %s is %s, which is no uuid of its version", id, got)
			}
		}
	}
}
