package conformance

import (
	"cmp"
	"slices"

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

// WholeList is ListSecrets for whoever tells a new entry by those that were there before
// it: one of them that is not listed yet would be taken for the new one. The check ends
// as incomplete where the list stays shorter than what was acknowledged.
func (c *Client) WholeList() (items []profile.Values) {
	s := c.session
	missing := 0
	if !s.Within(s.Policy().Accept, 1, func(options ...CallOption) bool {
		items, _ = c.ListSecrets(options...)
		missing = c.unlisted(items)
		return missing <= 0
	}) {
		c.Spoil()
		s.Incompletef("the list of the client's secrets lacks %d that were acknowledged, so that it does not tell which is new", missing)
	}
	return items
}

// unlisted is how many acknowledged secrets no list has shown so far. Where a new secret
// may take the place of another it is not known.
func (c *Client) unlisted(now []profile.Values) int {
	r := c.session.run
	if policy := r.bound.Policy; policy.Rotation != "add" || policy.MaxLive > 0 && policy.Overflow == "evict" {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := len(now)
	for id := range c.made.listed {
		if !slices.ContainsFunc(now, func(item profile.Values) bool { return item["secret_id"] == id }) {
			seen++
		}
	}
	return c.made.acknowledged - seen
}

// sees remembers the entries of a list of the client's secrets.
func (c *Client) sees(reply *Reply) *Reply {
	r := c.session.run
	if reply.Route.Name != "list_secrets" || !reply.OK {
		return reply
	}
	items, _ := r.bound.Items(reply.Route.Name, reply.JSON())
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, item := range items {
		if id, ok := item["secret_id"].(string); ok {
			if c.made.listed == nil {
				c.made.listed = map[string]bool{}
			}
			c.made.listed[id] = true
		}
	}
	return reply
}
