package mockcontainer

import (
	"context"
	"net/http"

	adminclient "github.com/keyturn/keyturn/mockserver/admin/client"
)

// Space is a namespace of a stand-in: a world, a clock, faults, defects and a journal of
// its own. Whatever it returns acts on that namespace. It can be used by several
// goroutines.
type Space struct {
	container *Container
	name      string
}

// Namespace makes a namespace, so that many tests can share a container. It begins with
// the world of the container's start, and is forgotten half an hour after its last use
// unless Delete comes first. The name has 1 to 63 of a-z, 0-9 and -, and no - at its
// ends; one that is taken, or cannot be one, is refused with a [adminclient.Problem].
// What else a namespace can begin as is said to the client of the admin plane.
func (c *Container) Namespace(ctx context.Context, name string) (*Space, error) {
	admin, err := c.Admin(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := admin.CreateNamespace(ctx, adminclient.NewNamespace{Name: name}); err != nil {
		return nil, err
	}
	return &Space{container: c, name: name}, nil
}

// Name is what the X-Keyturn-Namespace header chooses the namespace by.
func (s *Space) Name() string { return s.name }

// BaseURL is where this machine reaches the namespace, without a slash at the end.
func (s *Space) BaseURL(ctx context.Context) (string, error) {
	base, err := s.container.BaseURL(ctx)
	return s.within(base), err
}

// ProviderURL is what a client of the provider is given as its host. An error names the
// providers that there are.
func (s *Space) ProviderURL(ctx context.Context, provider string) (string, error) {
	base, err := s.container.ProviderURL(ctx, provider)
	return s.within(base), err
}

// within is empty for no address.
func (s *Space) within(base string) string {
	if base == "" {
		return ""
	}
	return base + "/ns/" + s.name
}

// HTTPClient is the container's own: it is the address that chooses the namespace, and
// not the client.
func (s *Space) HTTPClient(ctx context.Context) (*http.Client, error) {
	return s.container.HTTPClient(ctx)
}

// Admin is a client of the admin plane that acts on the namespace: its clock, its
// faults, its propagation, its snapshots and its journal.
func (s *Space) Admin(ctx context.Context) (*adminclient.Client, error) {
	admin, err := s.container.Admin(ctx)
	if err != nil {
		return nil, err
	}
	return admin.Namespace(s.name), nil
}

// Delete forgets the namespace and all that it holds.
func (s *Space) Delete(ctx context.Context) error {
	admin, err := s.container.Admin(ctx)
	if err != nil {
		return err
	}
	return admin.DeleteNamespace(ctx, s.name)
}
