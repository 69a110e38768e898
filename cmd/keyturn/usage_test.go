package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/specs"
)

// call runs the program in this process.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = run(t.Context(), args, &out, &diagnostics)
	return code, out.String(), diagnostics.String()
}

func TestUsageErrorsNameTheThing(t *testing.T) {
	config := writeFile(t, "k.yaml", "addr: 127.0.0.1:0\nlog-levle: debug\n")
	tests := map[string]struct {
		args string
		want string
	}{
		"unknown command":    {"serv", `no command "serv", did you mean "serve"`},
		"unknown flag":       {"serve --adr x", "unknown flag: --adr, the nearest is --addr"},
		"renamed flag":       {"serve --admin-token x", "unknown flag: --admin-token, the nearest is --admin-plane-token"},
		"too many arguments": {"serve now", `"now"`},
		"flag without value": {"serve --addr", "--addr"},
		"addr":               {"serve --addr 127.0.0.1", `"--addr" flag: want HOST:PORT`},
		"port":               {"serve --addr 127.0.0.1:http", "want HOST:PORT"},
		"public URL":         {"serve --public-url example.com", `"--public-url" flag: public URL "example.com": want an http or https URL`},
		"public user":        {"serve --public-url http://u:p@h", "want an http or https URL without a user and a password"},
		"shorthand":          {"serve -x", "unknown shorthand flag: 'x' in -x"},
		"admin host":         {"serve --admin-host http://x", `"--admin-host" flag: want a host name`},
		"log format":         {"serve --log-format xml", "want one of text, json"},
		"log level":          {"serve --log-level loud", "want one of debug, info, warn, error"},
		"validation":         {"serve --validation maybe", "want one of on, off"},
		"drain timeout":      {"serve --drain-timeout 5", `"--drain-timeout" flag: want a duration`},
		"no drain timeout":   {"serve --drain-timeout 0s", "want a duration above zero"},
		"config":             {"serve --config " + config, `k.yaml:2: unknown key "log-levle", the nearest is "log-level"`},
		"no config":          {"serve --config nowhere.yaml", "nowhere.yaml"},
		"health URL":         {"healthcheck --url localhost", "--url"},
		"health timeout":     {"healthcheck --timeout soon", "--timeout"},
		"document":           {"specs nowhere", `no document "nowhere"`},
		"documents":          {"specs a b", "at most 1"},
		"version":            {"version 2", `"2"`},
		"shell":              {"completion tcsh", `"tcsh"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := call(t, strings.Fields(test.args)...)
			if code != exitUsage || !strings.Contains(stderr, test.want) {
				t.Errorf("got exit %d and %q, want 2 and %q", code, stderr, test.want)
			}
			if stdout != "" || !strings.Contains(stderr, "--help' for help") {
				t.Errorf("got %q on standard output and %q on standard error", stdout, stderr)
			}
		})
	}
}

func TestVariablesAreChecked(t *testing.T) {
	tests := map[string]struct{ name, value, args, want string }{
		"unknown":          {"KEYTURN_ADRR", "x", "serve", "unknown environment variable KEYTURN_ADRR, the nearest is KEYTURN_ADDR"},
		"unknown to check": {"KEYTURN_ADRR", "x", "healthcheck", "KEYTURN_ADDR"},
		"bad value":        {"KEYTURN_LOG_LEVEL", "loud", "serve", `KEYTURN_LOG_LEVEL is "loud": want one of debug`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv(test.name, test.value)
			if code, _, stderr := call(t, test.args); code != exitUsage || !strings.Contains(stderr, test.want) {
				t.Errorf("got exit %d and %q, want 2 and %q", code, stderr, test.want)
			}
		})
	}
}

// TestPasswordsAreNotRepeated mistypes addresses with a password in them.
func TestPasswordsAreNotRepeated(t *testing.T) {
	for _, address := range []string{"http://u:hidden#1@h", "http://u:hidden%zz@h", "http://u:hidden@h", "u:hidden@h"} {
		config := writeFile(t, "k.yaml", "public-url: '"+address+"'\n")
		for _, args := range [][]string{
			{"serve", "--public-url", address}, {"healthcheck", "--url", address}, {"serve", "--config", config}, {"serve"},
		} {
			if len(args) == 1 {
				t.Setenv("KEYTURN_PUBLIC_URL", address)
			}
			if code, _, stderr := call(t, args...); code != exitUsage || strings.Contains(stderr, "hidden") {
				t.Errorf("%v: got exit %d and %q", args, code, stderr)
			}
		}
		t.Setenv("KEYTURN_PUBLIC_URL", "")
	}
}

func TestRunTimeFailures(t *testing.T) {
	for name, args := range map[string]string{
		"ready file": "serve --addr 127.0.0.1:0 --ready-file " + t.TempDir() + "/no/such/folder",
		"folder":     "serve --addr 127.0.0.1:0 --ready-file " + t.TempDir(),
		"nobody":     "healthcheck --url http://127.0.0.1:1 --timeout 1s",
		"wrong door": "healthcheck --url http://127.0.0.1:1/base",
	} {
		if code, _, stderr := call(t, strings.Fields(args)...); code != exitFailure || stderr == "" || strings.Contains(stderr, "--help") {
			t.Errorf("%s: got exit %d and %q, want 1 and a reason", name, code, stderr)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"serve", "--help"}, {"healthcheck", "--help"}, {"specs", "--help"}, {"completion", "bash"}} {
		if code, stdout, stderr := call(t, args...); code != exitOK || stdout == "" || stderr != "" {
			t.Errorf("%v: got exit %d, %d bytes and %q", args, code, len(stdout), stderr)
		}
	}
}

func TestSpecs(t *testing.T) {
	if code, stdout, _ := call(t, "specs"); code != exitOK || stdout != strings.Join(specs.Names(), "\n")+"\n" {
		t.Errorf("got exit %d and %q", code, stdout)
	}
	for _, name := range specs.Names() {
		want, _ := specs.Source(name)
		if code, stdout, _ := call(t, "specs", name); code != exitOK || stdout != string(want) {
			t.Errorf("%s: got exit %d and another text", name, code)
		}
	}
}

func TestVersion(t *testing.T) {
	if code, stdout, _ := call(t, "version"); code != exitOK || !strings.HasPrefix(stdout, "keyturn ") || !strings.Contains(stdout, "go1.") {
		t.Errorf("got exit %d and %q", code, stdout)
	}
}

func TestCompletionOffersWords(t *testing.T) {
	for flag, want := range map[string]string{"--log-format": "text\njson\n", "--log-level": "debug\ninfo\nwarn\nerror\n"} {
		if _, stdout, _ := call(t, "__complete", "serve", flag, ""); !strings.HasPrefix(stdout, want) {
			t.Errorf("%s: got %q, want %q", flag, stdout, want)
		}
	}
	for _, command := range []string{"serve", "healthcheck"} {
		if _, stdout, _ := call(t, "__complete", command, "--"); stdout == "" || strings.Contains(stdout, "`") {
			t.Errorf("%s: got %s", command, stdout)
		}
	}
}
