package mockcontainer_test

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/keyturn/keyturn/docker/mockcontainer"
)

// BenchmarkRun compares Run to the first answer of an API with the same for a container
// that only listens and answers 200, in turns. The ratio is that of the medians; what
// is in the numerator alone is the stand-in, the rest is the engine and the library.
//
//	docker/with-engine go test -run '^$' -bench Run -benchtime 20x ./docker/mockcontainer
func BenchmarkRun(b *testing.B) {
	listener := buildListener(b)
	var standIn, bare []time.Duration
	for b.Loop() {
		standIn = append(standIn, timed(b, func(ctx context.Context) (testcontainers.Container, error) {
			return mockcontainer.Run(ctx, image)
		}, "/oidc/.well-known/openid-configuration"))
		bare = append(bare, timed(b, func(ctx context.Context) (testcontainers.Container, error) {
			return testcontainers.Run(ctx, listener, testcontainers.WithExposedPorts(mockcontainer.Port),
				testcontainers.WithHostConfigModifier(func(host *container.HostConfig) {
					host.CapDrop, host.SecurityOpt = []string{"ALL"}, []string{"no-new-privileges"}
				}),
				testcontainers.WithWaitStrategy(wait.ForHTTP("/").WithPort(mockcontainer.Port).WithPollInterval(10*time.Millisecond)))
		}, "/"))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(standIn).Seconds()*1000, "ms/run")
	b.ReportMetric(median(bare).Seconds()*1000, "ms/bare")
	b.ReportMetric(median(standIn).Seconds()/median(bare).Seconds(), "ratio")
}

// timed measures from nothing to an answer of the path, and removes the container.
func timed(b *testing.B, start func(context.Context) (testcontainers.Container, error), path string) time.Duration {
	b.Helper()
	ctx := b.Context()
	began := time.Now()
	c, err := start(ctx)
	if err != nil {
		b.Fatal(err)
	}
	url, err := c.PortEndpoint(ctx, mockcontainer.Port, "http")
	if err != nil {
		b.Fatal(err)
	}
	response, err := http.Get(url + path)
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatal(response, err)
	}
	response.Body.Close()
	took := time.Since(began)
	if err := testcontainers.TerminateContainer(c); err != nil {
		b.Fatal(err)
	}
	return took
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// buildListener makes the image of testdata/listener with the settings of the other.
func buildListener(b *testing.B) string {
	b.Helper()
	const name = "keyturn/bare-listener"
	folder := b.TempDir()
	for _, command := range []*exec.Cmd{
		exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(folder, "keyturn"), "./testdata/listener"),
		exec.CommandContext(b.Context(), "docker", "build", "--quiet", "--tag", name, "--file", "testdata/listener/Dockerfile", folder),
	} {
		command.Env = append(command.Environ(), "CGO_ENABLED=0")
		if output, err := command.CombinedOutput(); err != nil {
			b.Fatalf("%s: %v: %s", command, err, output)
		}
	}
	b.Cleanup(func() {
		if output, err := exec.Command("docker", "image", "rm", name).CombinedOutput(); err != nil {
			b.Errorf("remove the image: %v: %s", err, output)
		}
	})
	return name
}
