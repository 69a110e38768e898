package defect

import (
	"slices"
	"sync"
)

// The providers, by the names of their documents.
const (
	v2       = "authing-v2"
	v3       = "genauth-v3"
	angus    = "angusgm"
	identity = "identity-service"
)

var (
	everywhere = []string{v2, v3, angus, identity}
	authing    = []string{v2, v3}
	replacing  = []string{v2, v3, angus} // where a rotation replaces the secret
	deleting   = []string{v2, v3, angus} // where a client can be deleted
)

// catalogue is made when it is first asked for, as most servers have no use for it.
var catalogue = sync.OnceValue(func() []Defect {
	return slices.Concat(
		rotation(),
		effects(),
		deletion(),
		remains(),
		expiry(),
		lists(),
		views(),
		disclosure(),
		strength(),
		tokens(),
		contract(),
		protocol(),
		updates(),
		callers(),
		credentials(),
		races(),
		deployed(),
	)
})

// All lists the catalogue.
func All() []Defect { return slices.Clone(catalogue()) }

// Set is a name for several defects.
type Set struct {
	ID    string
	About string
	// Defects are the ids of its members.
	Defects []string
}

// Sets lists them.
func Sets() []Set {
	product := Set{ID: asDeployed, About: "AngusGM as its source reads, instead of as its page says."}
	for _, one := range deployed() {
		product.Defects = append(product.Defects, one.ID)
	}
	return []Set{product}
}

// Named returns the defect of this id, or the members of the set of this name.
func Named(id string) ([]Defect, error) {
	if i := slices.IndexFunc(catalogue(), func(d Defect) bool { return d.ID == id }); i >= 0 {
		return catalogue()[i : i+1], nil
	}
	for _, set := range Sets() {
		if set.ID != id {
			continue
		}
		var members []Defect
		for _, member := range set.Defects {
			one, err := Named(member)
			if err != nil {
				return nil, err
			}
			members = append(members, one...)
		}
		return members, nil
	}
	return nil, unknown(id)
}
