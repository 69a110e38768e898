package client

import (
	"context"
	"net/http"
)

// Settings are what can be changed while the server runs. A reset leaves them alone.
type Settings struct {
	// PublicURL is the base of the addresses in replies, without a slash at its end.
	// Empty where they follow the Host header of each request.
	PublicURL string `json:"public_url"`
}

// Settings returns those of now.
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	var settings Settings
	err := c.do(ctx, call{method: http.MethodGet, path: "settings", whole: true, receive: into(&settings)})
	return settings, err
}

// SetPublicURL changes the base of the addresses in replies. Empty has them follow the
// Host header again.
func (c *Client) SetPublicURL(ctx context.Context, publicURL string) error {
	return c.do(ctx, call{method: http.MethodPut, path: "settings", whole: true, send: Settings{PublicURL: publicURL}, receive: into(new(Settings))})
}
