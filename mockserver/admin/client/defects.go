package client

import (
	"context"
	"net/http"
)

// Defects is the catalogue of the deliberate misbehaviours.
type Defects struct {
	Defects []Defect    `json:"defects"`
	Sets    []DefectSet `json:"sets"`
}

// Defect is one deliberate misbehaviour.
type Defect struct {
	ID string `json:"id"`
	// About says what the stand-in does then.
	About string `json:"about"`
	// Providers are those that it shows itself through.
	Providers []string `json:"providers"`
	On        bool     `json:"on"`
}

// DefectSet is a name for several of them.
type DefectSet struct {
	ID      string   `json:"id"`
	About   string   `json:"about"`
	Defects []string `json:"defects"`
}

// On lists the ids of the defects that are switched on.
func (d Defects) On() []string {
	var on []string
	for _, defect := range d.Defects {
		if defect.On {
			on = append(on, defect.ID)
		}
	}
	return on
}

// Defects returns the catalogue, with those marked that are on.
func (c *Client) Defects(ctx context.Context) (Defects, error) {
	var defects Defects
	err := c.do(ctx, call{method: http.MethodGet, path: "defects", receive: into(&defects)})
	return defects, err
}

// SetDefects switches these defects on, sets of them included, and all others off. An
// id that nobody has is refused, and nothing changes.
func (c *Client) SetDefects(ctx context.Context, ids ...string) error {
	if ids == nil {
		ids = []string{} // the plane wants a list
	}
	type switched struct {
		On []string `json:"on"`
	}
	return c.do(ctx, call{method: http.MethodPut, path: "defects", send: switched{ids}, receive: into(new(switched))})
}
