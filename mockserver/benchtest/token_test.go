package benchtest

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// tokensAndSignatures compares access tokens, each for a secret that is checked, with
// nothing but their RS256 signatures, made on as many cores.
func tokensAndSignatures(b *bench) ([]row, error) {
	const (
		bound       = 0.8
		longer      = time.Second
		tokenRounds = 7
	)
	keyturn, err := b.keyturn()
	if err != nil {
		return nil, err
	}
	defer b.stop(keyturn)
	issue := scenario{name: "POST /oidc/token", traffic: traffic{want: want{status: 200, text: `"access_token"`}, write: token.always()}}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", claims["jti"]))
	if err != nil {
		return nil, err
	}
	var tokens, signatures []pace
	for range tokenRounds {
		p, err := keyturn.measure(issue, longer)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, p)
		if p, err = sign(signer, longer); err != nil {
			return nil, err
		}
		signatures = append(signatures, p)
	}
	return []row{
		atLeast(bound, "RS256 access tokens : their signatures alone", ratios(tokens, signatures)).
			with("%s : %s", middle(tokens), middle(signatures)),
		// The load generator takes a share of the cores that the signatures do not lose.
		atLeast(bound, "the same by the processor time of the server", costs(signatures, tokens)),
	}, nil
}

// claims are as long as those of a token of the stand-in.
var claims = map[string]any{
	"jti": "d2e1c1a09b1f4e0d8f6a7b5c3e2d1f00.1", "iss": "http://127.0.0.1/oidc", "sub": v2App, "aud": v2App, "azp": v2App,
	"client_id": v2App, "iat": 1767225600, "exp": 1767229200,
}

func sign(signer jose.Signer, limit time.Duration) (pace, error) {
	var (
		made  atomic.Int64
		group sync.WaitGroup
		errs  = make([]error, runtime.GOMAXPROCS(0))
		start = time.Now()
		used  = ownProcessor()
	)
	for k := range errs {
		group.Go(func() {
			for time.Since(start) < limit {
				if _, errs[k] = jwt.Signed(signer).Claims(claims).Serialize(); errs[k] != nil {
					return
				}
				made.Add(1)
			}
		})
	}
	group.Wait()
	count := made.Load()
	return pace{perSecond: float64(count) / time.Since(start).Seconds(), cpu: (ownProcessor() - used) / time.Duration(max(count, 1))}, errors.Join(errs...)
}

// ownProcessor is the processor time of the benchmark itself.
func ownProcessor() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
