package conformance

import (
	"cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

// usualPage is asked for where a profile does not say how large a page may be.
const usualPage = 50

// ListSecrets lists everything that the provider lists of the client's secrets, page by
// page where it has pages. The reply is that of the last page. The check ends as
// incomplete where one is no list, or where the list does not end.
func (c *Client) ListSecrets(options ...CallOption) (items []profile.Values, last *Reply) {
	s := c.session
	page := s.run.bound.Operations["list_secrets"].Page
	if page == nil {
		last = c.Call("list_secrets", options...)
		return s.Items(last), last
	}
	size := cmp.Or(page.Max, usualPage)
	for number := page.First; number < page.First+maxPages; number++ {
		last = c.Call("list_secrets", append([]CallOption{With(page.Number, number), With(page.Size, size)}, options...)...)
		found := s.Items(last)
		items = append(items, found...)
		if len(found) < size || s.run.dry {
			return items, last
		}
	}
	s.Incompletef("list_secrets has no last page: none of %d is short", maxPages)
	return nil, nil
}

// Acknowledged is how many secrets the client has at least by what was answered: that of
// its creation, where it shows or takes one, and those of TryRotate since, less those of
// DeleteSecret.
func (c *Client) Acknowledged() int {
	r := c.session.run
	r.mu.Lock()
	defer r.mu.Unlock()
	count := 0
	if create := r.bound.Operations["create"]; create.Take["secret"] != "" || create.Put["secret"] != "" {
		count++
	}
	for _, change := range r.changes {
		if change.record.Client != c.Name {
			continue
		}
		switch change.record.Kind {
		case "rotate":
			count++
		case "delete":
			count--
		}
	}
	return count
}
