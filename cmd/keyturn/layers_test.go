package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// sample is a command with a flag of each sort.
type sample struct {
	text  string
	flag  bool
	wait  time.Duration
	names []string
	err   error
}

// runSample runs a program with the sample as its only command.
func runSample(t *testing.T, environ []string, args ...string) (*sample, error) {
	t.Helper()
	s := &sample{}
	cmd := &cobra.Command{Use: "sample", SilenceUsage: true, SilenceErrors: true}
	cmd.Flags().Var(newSetting(&s.text, "default", "text", parseText), "some-text", "")
	flag := cmd.Flags().VarPF(newSetting(&s.flag, false, "bool", parseBool), "flag", "", "")
	flag.NoOptDefVal = "true"
	cmd.Flags().Var(newSetting(&s.wait, time.Second, "duration", parsePositive), "wait", "")
	cmd.Flags().Var(&listSetting{target: &s.names, parse: parseHost}, "name", "")
	cmd.Flags().Var(newSetting(new(string), "", "file", parseText), configFlag, "")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if s.err = applyEnvironment(cmd, environ); s.err == nil {
			s.err = applyFile(cmd)
		}
		return s.err
	}
	root := &cobra.Command{Use: "root", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(cmd)
	root.SetArgs(append([]string{"sample"}, args...))
	return s, root.ExecuteContext(t.Context())
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPrecedence(t *testing.T) {
	file := writeFile(t, "k.yaml", "some-text: file\nwait: 4s\nflag: true\nname: [c.example, d.example]\n")
	inFile := []string{"--config", file}
	tests := map[string]struct {
		environ []string
		args    []string
		want    sample
	}{
		"defaults":              {nil, nil, sample{text: "default", wait: time.Second}},
		"file":                  {nil, inFile, sample{text: "file", wait: 4 * time.Second, flag: true, names: []string{"c.example", "d.example"}}},
		"file by variable":      {[]string{"KEYTURN_CONFIG=" + file}, nil, sample{text: "file", wait: 4 * time.Second, flag: true, names: []string{"c.example", "d.example"}}},
		"variable":              {[]string{"KEYTURN_SOME_TEXT=variable", "KEYTURN_WAIT=3s", "KEYTURN_FLAG=true", "KEYTURN_NAME=a,b"}, nil, sample{text: "variable", wait: 3 * time.Second, flag: true, names: []string{"a", "b"}}},
		"variable before file":  {[]string{"KEYTURN_SOME_TEXT=variable", "KEYTURN_FLAG=false", "KEYTURN_NAME=a"}, inFile, sample{text: "variable", wait: 4 * time.Second, names: []string{"a"}}},
		"flag before variable":  {[]string{"KEYTURN_SOME_TEXT=variable", "KEYTURN_NAME=a"}, []string{"--some-text=flag", "--name=x", "--name=y,z"}, sample{text: "flag", wait: time.Second, names: []string{"x", "y", "z"}}},
		"flag before file":      {nil, append([]string{"--some-text", "flag", "--flag=false", "--wait", "9s", "--name", "x"}, inFile...), sample{text: "flag", wait: 9 * time.Second, names: []string{"x"}}},
		"given as the default":  {nil, append([]string{"--some-text", "default"}, inFile...), sample{text: "default", wait: 4 * time.Second, flag: true, names: []string{"c.example", "d.example"}}},
		"flag without a value":  {nil, []string{"--flag"}, sample{text: "default", wait: time.Second, flag: true}},
		"empty variable":        {[]string{"KEYTURN_WAIT=", "KEYTURN_SOME_TEXT="}, inFile, sample{text: "file", wait: 4 * time.Second, flag: true, names: []string{"c.example", "d.example"}}},
		"last of two variables": {[]string{"KEYTURN_WAIT=2s", "KEYTURN_WAIT=3s"}, nil, sample{text: "default", wait: 3 * time.Second}},
		"other variables":       {[]string{"PATH=x", "KEYTURNING=x", "KEYTURN_SERVICE_HOST=x", "KEYTURN_SERVICE_PORT_HTTP=x", "KEYTURN_PORT=tcp://x", "KEYTURN_PORT_80_TCP=x"}, nil, sample{text: "default", wait: time.Second}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := runSample(t, test.environ, test.args...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, *got, cmp.AllowUnexported(sample{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestAnEmptyFileSaysNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing yet\n"} {
		if got, err := runSample(t, nil, "--config", writeFile(t, "k.yaml", text)); err != nil || got.text != "default" {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
}

func TestMistakesInTheEnvironment(t *testing.T) {
	tests := map[string]struct{ variable, want string }{
		"bad value": {"KEYTURN_WAIT=5", `KEYTURN_WAIT is "5": want a duration`},
		"bad bool":  {"KEYTURN_FLAG=yes", `KEYTURN_FLAG is "yes": want true or false`},
		"bad item":  {"KEYTURN_NAME=a,http://b", `KEYTURN_NAME is "a,http://b": want a host name`},
		"unknown":   {"KEYTURN_SOMETEXT=x", "unknown environment variable KEYTURN_SOMETEXT, the nearest is KEYTURN_SOME_TEXT"},
		"near port": {"KEYTURN_PORTS=x", "unknown environment variable KEYTURN_PORTS"},
		"bare":      {"KEYTURN_=x", "unknown environment variable KEYTURN_"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := runSample(t, []string{test.variable}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestMistakesInTheFile(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"unknown key":    {"# settings\nsome-text: a\nsome_text: b\n", `k.yaml:3: unknown key "some_text", the nearest is "some-text"`},
		"config itself":  {"config: other.yaml", `k.yaml:1: unknown key "config"`},
		"help":           {"help: true", `k.yaml:1: unknown key "help"`},
		"twice":          {"wait: 1s\nwait: 2s", `k.yaml:2: wait is given a second time`},
		"bad value":      {"\nwait: soon", `k.yaml:2: wait is "soon": want a duration`},
		"no value":       {"wait:", "k.yaml:1: wait: want a value"},
		"list for one":   {"wait: [1s, 2s]", `k.yaml:1: wait: want one value, not a list`},
		"list of one":    {"wait: [1s]", `k.yaml:1: wait: want one value, not a list`},
		"mapping":        {"wait: {a: b}", "k.yaml:1: wait: want a plain value"},
		"list of lists":  {"name: [[a]]", "k.yaml:1: name: want a list of plain values"},
		"bad item":       {"name: [a, b/c]", `k.yaml:1: name is "a,b/c": want a host name`},
		"no mapping":     {"- a", "k.yaml:1: want keys with values"},
		"no YAML":        {"a: b: c", "k.yaml: yaml: "},
		"second version": {"wait: 1s\n---\nwait: 2s", "k.yaml: want one YAML document"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := runSample(t, nil, "--config", writeFile(t, "k.yaml", test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	if _, err := runSample(t, nil, "--config", "nowhere.yaml"); err == nil || !strings.Contains(err.Error(), "--config: open nowhere.yaml") {
		t.Errorf("got %v", err)
	}
}

// TestMistakesThatNothingDependsOn are in a place that another comes before.
func TestMistakesThatNothingDependsOn(t *testing.T) {
	flags := []string{"--wait", "9s", "--name", "x"}
	if _, err := runSample(t, []string{"KEYTURN_WAIT=soon"}, flags...); err == nil || !strings.Contains(err.Error(), `KEYTURN_WAIT is "soon": want a duration`) {
		t.Errorf("a variable behind a flag: got %v", err)
	}
	for text, want := range map[string]string{
		"wait: soon":  `k.yaml:1: wait is "soon": want a duration`,
		"wait: [1s]":  "k.yaml:1: wait: want one value",
		"name: [b/c]": `k.yaml:1: name is "b/c": want a host name`,
	} {
		file := []string{"--config", writeFile(t, "k.yaml", text)}
		if _, err := runSample(t, nil, append(file, flags...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a file behind a flag: got %v, want %s", err, want)
		}
		if _, err := runSample(t, []string{"KEYTURN_WAIT=9s", "KEYTURN_NAME=x"}, file...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a file behind a variable: got %v, want %s", err, want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"addr", "log-format", "log-level", "world"}
	for word, want := range map[string]string{"adr": "addr", "loglevel": "log-level", "log-fromat": "log-format", "words": "world", "addr": "addr", "": "", "telegraph": ""} {
		if got := nearest(word, words); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
	words = []string{"admin-host", "admin-plane-token", "config"}
	for word, want := range map[string]string{"admin-token": "admin-plane-token", "token": "admin-plane-token", "admin": "admin-host", "admin-hots": "admin-host", "-": ""} {
		if got := nearest(word, words); got != want {
			t.Errorf("parts of %q: got %q, want %q", word, got, want)
		}
	}
	if got, want := nearest("X_PLANE_TOKEN", []string{"X_ADMIN_TOKEN", "X_ADMIN_PLANE_TOKEN"}), "X_ADMIN_PLANE_TOKEN"; got != want {
		t.Errorf("a variable: got %q, want %q", got, want)
	}
}
