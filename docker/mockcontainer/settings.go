package mockcontainer

import (
	"context"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/container"
)

// The image's variables and folders.
const (
	tokenVariable     = "KEYTURN_ADMIN_PLANE_TOKEN"
	defectVariable    = "KEYTURN_DEFECT"
	publicURLVariable = "KEYTURN_PUBLIC_URL"
	tlsVariable       = "KEYTURN_TLS"
	tlsNameVariable   = "KEYTURN_TLS_NAME"
	tlsDirVariable    = "KEYTURN_TLS_DIR"
	tlsCertVariable   = "KEYTURN_TLS_CERT"
	worldVariable     = "KEYTURN_WORLD"

	worldFolder = "/worlds"
	tlsFolder   = "/var/lib/keyturn/tls"
)

// settings are the variables that a container was made with.
type settings map[string]string

type inspected interface {
	Inspect(ctx context.Context) (*container.InspectResponse, error)
}

func settingsOf(ctx context.Context, c inspected) (settings, error) {
	found, err := c.Inspect(ctx)
	if err != nil {
		return nil, fmt.Errorf("inspect the container: %w", err)
	}
	made := settings{}
	for _, line := range found.Config.Env {
		name, value, _ := strings.Cut(line, "=")
		made[name] = value
	}
	return made, nil
}

// scheme is what the stand-in speaks.
func (s settings) scheme() string {
	if s[tlsVariable] == "true" || s[tlsCertVariable] != "" {
		return "https"
	}
	return "http"
}
