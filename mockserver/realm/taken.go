package realm

import (
	"fmt"

	"github.com/keyturn/keyturn/fixtures"
)

// taken remembers which names of a realm belong to which client of the world.
type taken struct {
	ids, clientIDs map[string]int
	aliases        map[[2]string]int
}

func newTaken() taken {
	return taken{ids: map[string]int{}, clientIDs: map[string]int{}, aliases: map[[2]string]int{}}
}

// claim gives the client its names, or tells which of its members is the wrong one.
func (t taken) claim(i int, c fixtures.Client) (member string, err error) {
	if err := claim(t.ids, c.ID, c.ID, i); err != nil {
		return "id", err
	}
	member, clientID := "client_id", c.ClientID
	if clientID == "" {
		member, clientID = "id", c.ID
	}
	if err := claim(t.clientIDs, clientID, clientID, i); err != nil {
		return member, err
	}
	if c.Alias == "" {
		return "", nil
	}
	return "alias", claim(t.aliases, [2]string{c.Tenant, c.Alias}, c.Alias, i)
}

func claim[K comparable](owners map[K]int, key K, name string, i int) error {
	if owner, there := owners[key]; there {
		return fmt.Errorf("%q is taken by clients[%d]", name, owner)
	}
	owners[key] = i
	return nil
}
