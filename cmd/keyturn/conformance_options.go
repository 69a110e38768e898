package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/mockserver/build"
)

// options is the run as the flags ask for it.
func (s *runSettings) options(environ []string) (conformance.Options, error) {
	options := conformance.Options{
		URL: s.url, TokenURL: s.tokenURL, Checks: s.suite, Filter: s.checks, Seed: s.seed, Limits: s.limits,
		Mode: conformance.Mode(s.mode), FailOn: conformance.Gate(s.failOn), Version: build.Read().Version, Now: time.Now,
	}
	bound, err := s.load()
	if err != nil {
		return options, err
	}
	options.Profile = bound
	if err := s.reach(&options, environ); err != nil || s.waivers == "" {
		return options, err
	}
	text, err := readFile("waivers", s.waivers)
	if err != nil {
		return options, err
	}
	options.Waivers, err = conformance.ParseWaivers(s.waivers, text)
	return options, err
}

// trust is the system's and that of a file.
func trust(file string) (*tls.Config, error) {
	if file == "" {
		return nil, nil
	}
	text, err := readFile("ca-cert", file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // the system has none to offer
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--ca-cert %s: holds no certificate in PEM", file)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

// checksSetting is the flag that chooses checks. Not given it chooses all, but a blank
// one is a variable of a script that was meant to hold something.
type checksSetting struct{ setting[string] }

func newChecks(target *string) *checksSetting {
	return &checksSetting{setting[string]{target: target, placeholder: "GLOB", parse: parseChecks}}
}

// narrows reports whether an empty variable is a mistake for this flag: it chooses
// checks, or is a secret that keeps others out.
func narrows(flag *pflag.Flag) bool {
	_, chooses := flag.Value.(*checksSetting)
	return chooses || isSecret(flag)
}

func parseChecks(text string) (string, error) {
	for pattern := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(pattern) == "" {
			return "", errors.New(`want ids or globs of them, such as "ROT-*,DEL-00?"; leave it out for all`)
		}
	}
	return text, nil
}

func parseSeed(text string) (int64, error) {
	seed, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errors.New("want a whole number, such as the seed that an earlier report names")
	}
	return seed, nil
}

func parseCount(text string) (int, error) {
	count, err := strconv.Atoi(text)
	if err != nil || count <= 0 {
		return 0, errors.New("want a whole number above zero")
	}
	return count, nil
}

func parseRate(text string) (float64, error) {
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate > 0 && rate <= 1e6) {
		return 0, errors.New("want a number above zero, such as 0.5 for one every two seconds")
	}
	return rate, nil
}

func words[W ~string](of []W) []string {
	texts := make([]string, len(of))
	for i, word := range of {
		texts[i] = string(word)
	}
	return texts
}
