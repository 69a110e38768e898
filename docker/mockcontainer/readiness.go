package mockcontainer

import (
	"context"
	"time"

	"github.com/testcontainers/testcontainers-go/wait"
)

// pollEvery is how often a start is asked whether it is ready; it takes about 20 ms.
const pollEvery = 10 * time.Millisecond

// readiness waits for the stand-in to answer that it is ready, in the scheme that the
// container was made for. An open port alone does not say that: the engine's own proxy
// opens it before. It is used by pointer: to log a wait, testcontainers-go 0.44 asks every
// strategy whether it is nil, which a struct cannot be asked.
type readiness struct{}

// String names the strategy in the logs of testcontainers-go.
func (*readiness) String() string { return "the stand-in is ready" }

// WaitUntilReady implements wait.Strategy.
func (*readiness) WaitUntilReady(ctx context.Context, target wait.StrategyTarget) error {
	made, err := settingsOf(ctx, target)
	if err != nil {
		return err
	}
	answers := wait.ForHTTP("/__admin/ready").WithPort(Port).WithPollInterval(pollEvery)
	if made.scheme() == "https" {
		// What is asked here is whether it answers, with nothing that another could
		// learn; whom to trust comes from the container itself.
		answers = answers.WithTLS(true).WithAllowInsecure(true)
	}
	return answers.WaitUntilReady(ctx, target)
}
