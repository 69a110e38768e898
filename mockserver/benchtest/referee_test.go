package benchtest

import (
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// theReferee runs every check that applies against a local stand-in, provider after
// provider, as programs of their own: the time of all four together and the most
// memory that one of them holds.
func theReferee(b *bench) ([]row, error) {
	const (
		rounds           = 3
		longest, largest = 5, 100
		perMiB           = 1024
	)
	var seconds, memory []float64
	for range rounds {
		target, err := b.keyturn()
		if err != nil {
			return nil, err
		}
		var took time.Duration
		var most float64
		for _, provider := range []string{"authing-v2", "genauth-v3", "angusgm", "identity-service"} {
			command := exec.CommandContext(b.ctx, b.programs["keyturn"].binary, "conformance", "run",
				"--provider", provider, "--url", "http://"+target.addr)
			began := time.Now()
			if output, err := command.CombinedOutput(); err != nil {
				return nil, fmt.Errorf("the referee on %s: %w\n%s", provider, err, output)
			}
			took += time.Since(began)
			if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
				most = max(most, float64(usage.Maxrss)/perMiB)
			}
		}
		b.stop(target)
		seconds, memory = append(seconds, took.Seconds()), append(memory, most)
	}
	return []row{
		atMost(longest, "all checks, four providers", " s", seconds),
		atMost(largest, "largest referee", " MiB", memory),
	}, nil
}
