package mockcontainer

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"
)

// WithWorld has the stand-in begin with the world of a file of this machine, or of a
// folder of them, in the place of the default one. Given again it adds to it.
func WithWorld(name string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		files, err := worldFiles(name)
		if err != nil {
			return fmt.Errorf("world: %w", err)
		}
		for _, file := range files {
			inside := path.Join(worldFolder, filepath.Base(file))
			if slices.ContainsFunc(req.Files, func(other testcontainers.ContainerFile) bool { return other.ContainerFilePath == inside }) {
				return fmt.Errorf("world: there is a %s already, want files of different names", filepath.Base(file))
			}
			set(req, worldVariable, worldFolder)
			req.Files = append(req.Files, testcontainers.ContainerFile{HostFilePath: file, ContainerFilePath: inside, FileMode: readable})
		}
		return nil
	}
}

// readable is the mode of what another user in the container has to read.
const readable = 0o444

// worldFiles is the file, or what is directly in the folder. Which of these are worlds
// is for the stand-in to say.
func worldFiles(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return []string{name}, err
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		file := filepath.Join(name, entry.Name())
		if info, err = os.Stat(file); err != nil {
			return nil, err
		}
		if info.Mode().IsRegular() && !strings.HasPrefix(entry.Name(), ".") {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s is a folder without files, want at least one world", name)
	}
	return files, nil
}

// WithDefect switches deliberate misbehaviours on, or sets of them, in addition to those
// of options before this one.
func WithDefect(ids ...string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		addTo(req, defectVariable, ids)
		return nil
	}
}

// WithTLS has the stand-in speak HTTPS, with a certificate of its own making for the
// names by which tests and other containers reach it, and for these.
func WithTLS(names ...string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		set(req, tlsVariable, "true")
		set(req, tlsDirVariable, tlsFolder)
		addTo(req, tlsNameVariable, names)
		return nil
	}
}

// Option is about the Container and not about what runs in it.
type Option func(*Container)

// Customize implements testcontainers.ContainerCustomizer, and changes nothing.
func (Option) Customize(*testcontainers.GenericContainerRequest) error { return nil }

// WithClientTLS is what HTTPClient and Admin show and trust, for a stand-in with a
// certificate of the user's own (KEYTURN_TLS_CERT) or with mutual TLS
// (KEYTURN_TLS_CLIENT_CA). Without RootCAs the stand-in's own authority is trusted,
// where it made one.
func WithClientTLS(config *tls.Config) Option {
	return func(c *Container) { c.clientTLS = config.Clone() }
}

// WithAdminToken sets what the admin plane demands. Without it Run makes one.
func WithAdminToken(token string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		set(req, tokenVariable, token)
		return nil
	}
}

// WithPublicURL sets the base of the addresses in replies, which else follow each
// caller. The admin plane can change it later, when the port on this side is known.
func WithPublicURL(url string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		set(req, publicURLVariable, url)
		return nil
	}
}

func set(req *testcontainers.GenericContainerRequest, variable, value string) {
	if req.Env == nil {
		req.Env = map[string]string{}
	}
	req.Env[variable] = value
}

// addTo adds to a variable that holds a list.
func addTo(req *testcontainers.GenericContainerRequest, variable string, items []string) {
	if before := req.Env[variable]; before != "" {
		items = slices.Concat(strings.Split(before, ","), items)
	}
	if len(items) > 0 {
		set(req, variable, strings.Join(items, ","))
	}
}

// withoutPrivileges takes from the container what the stand-in does not need. Its files
// stay writable: the engine copies none into a container that may only be read.
func withoutPrivileges(host *container.HostConfig) {
	host.CapDrop = []string{"ALL"}
	host.SecurityOpt = append(host.SecurityOpt, "no-new-privileges")
}

// reachableNames adds to a certificate the names that are known only when all options
// are: the engine's host, the container's own name and its aliases.
func reachableNames(ctx context.Context) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		if req.Env[tlsVariable] != "true" {
			return nil
		}
		names := []string{}
		if host, err := engineHost(ctx, req); err != nil {
			return err
		} else if host != "" {
			names = append(names, host)
		}
		if req.Name != "" {
			names = append(names, req.Name)
		}
		for _, network := range slices.Sorted(maps.Keys(req.NetworkAliases)) {
			names = append(names, req.NetworkAliases[network]...)
		}
		addTo(req, tlsNameVariable, names)
		return nil
	}
}

func engineHost(ctx context.Context, req *testcontainers.GenericContainerRequest) (string, error) {
	provider, err := req.ProviderType.GetProvider()
	if err != nil {
		return "", fmt.Errorf("engine: %w", err)
	}
	defer func() { _ = provider.Close() }() // an idle connection to the engine, at the worst
	docker, ok := provider.(*testcontainers.DockerProvider)
	if !ok {
		return "", nil
	}
	host, err := docker.DaemonHost(ctx)
	if err != nil {
		return "", fmt.Errorf("engine: %w", err)
	}
	return host, nil
}
