package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// Bounds of the walks: so many clients of its own, about so many pages a walk, and so
// many walks, since what others make and delete in between moves items over the edge
// of a page.
const (
	pagedClients = 5
	pagesAWalk   = 8
	walks        = 4
)

func pagesAreTheWholeList(s *conformance.Session) {
	own := make([]*conformance.Client, pagedClients)
	for i := range own {
		own[i] = s.NewClient()
	}
	page := s.Profile().Operations["list"].Page
	largest := largestPage(s)
	small := min(largest, max(2, listTotal(s)/pagesAWalk))
	for _, size := range slices.Compact([]int{small, min(largest, 2*small+1), largest}) {
		pagesJoin(s, own, size)
	}
	number := func(value any) profile.Values { return profile.Values{page.Number: value, page.Size: largest} }
	size := func(value any) profile.Values {
		values, _ := s.TurnTo("list", 0, largest, nil)
		values[page.Size] = value
		return values
	}
	if page.Max > 0 {
		over := s.Call("list", size(page.Max+1))
		items, _ := s.Profile().Items("list", over.JSON())
		switch {
		case !over.OK:
			s.Refused(over, s.Profile().Statuses.Invalid, "a page that is larger than the largest")
		case len(items) > page.Max:
			s.FailOn(over, fmt.Sprintf("at most %d items, or a refusal", page.Max), "a page of %d has %d items", page.Max+1, len(items))
		}
	}
	unlikely := []profile.Values{number(page.First - 1), number(-1), number("abc"), size(0), size(-1), size("abc")}
	if page.Next != "" { // where pages have no numbers, only a token can be wrong
		unlikely = []profile.Values{number("keyturn-no-such-page"), size(0), size(-1), size("abc")}
	}
	for _, values := range unlikely {
		reply := s.Call("list", values)
		what := fmt.Sprintf("page %v of size %v", values[page.Number], values[page.Size])
		if values[page.Number] == nil {
			what = fmt.Sprintf("the first page of size %v", values[page.Size])
		}
		items, ok := s.Profile().Items("list", reply.JSON())
		switch {
		case !reply.OK:
			s.Refused(reply, s.Profile().Statuses.Invalid, what)
		case !ok || len(items) > 0:
			s.FailOn(reply, "refused or empty", "%s has %d items", what, len(items))
		}
	}
}

// listTotal is the number of items in the list.
func listTotal(s *conformance.Session) int {
	total, counted := 0, 0
	walkList(s, largestPage(s), func(reply *conformance.Reply, items []profile.Values) bool {
		told := false
		total, told = totalOf(s, reply)
		counted += len(items)
		return told
	})
	return max(total, counted)
}

// pagesJoin expects every one of its own clients once in all pages of a size. It walks
// again before it finds otherwise.
func pagesJoin(s *conformance.Session, own []*conformance.Client, size int) {
	var reply *conformance.Reply
	var wrong string
	for again := range walks {
		s.Sleep(time.Duration(again) * 50 * time.Millisecond)
		counts := make([]int, len(own))
		walkList(s, size, func(page *conformance.Reply, items []profile.Values) bool {
			reply = page
			if len(items) > size {
				s.FailOn(page, fmt.Sprintf("at most %d items", size), "a page of %d has %d items", size, len(items))
				s.Stop()
			}
			for i, c := range own {
				for _, item := range items {
					if isOf(c.Values, item) {
						counts[i]++
					}
				}
			}
			return false
		})
		if wrong = miscounted(own, counts); wrong == "" || s.Mode() == conformance.Plan {
			return
		}
	}
	s.FailOn(reply, "each client once", "in all %d walks with pages of %d some client is missing or there twice: %s", walks, size, wrong)
}

func miscounted(own []*conformance.Client, counts []int) string {
	for i, count := range counts {
		if count != 1 {
			return fmt.Sprintf("%s is there %d times", own[i].Name, count)
		}
	}
	return ""
}
