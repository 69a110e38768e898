package recipestest

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// action is what of action.yml the runner of a composite action reads.
type action struct {
	Inputs map[string]struct {
		Required bool   `yaml:"required"`
		Default  string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Using string `yaml:"using"`
		Steps []struct {
			ID    string            `yaml:"id"`
			Shell string            `yaml:"shell"`
			Env   map[string]string `yaml:"env"`
			Run   string            `yaml:"run"`
		} `yaml:"steps"`
	} `yaml:"runs"`
}

func readAction(t *testing.T) action {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(texts(t)["action/action.yml"]))
	var read action
	if err := decoder.Decode(&read); err != nil || read.Runs.Using != "composite" || len(read.Runs.Steps) == 0 {
		t.Fatalf("action.yml uses %q in %d steps: %v", read.Runs.Using, len(read.Runs.Steps), err)
	}
	return read
}

var (
	expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)
	input      = regexp.MustCompile(`^inputs\.([a-z-]+)$`)
	output     = regexp.MustCompile(`^steps\.([a-z-]+)\.outputs\.([a-z-]+)$`)
)

// TestActionInjection wants no expression where a shell would read what it stands for.
func TestActionInjection(t *testing.T) {
	t.Parallel()
	read := readAction(t)
	for _, step := range read.Runs.Steps {
		if found := expression.FindString(step.Run); found != "" {
			t.Errorf("the script of %s has %s: want it in env", step.ID, found)
		}
		for name, value := range step.Env {
			for _, found := range expression.FindAllStringSubmatch(value, -1) {
				named := input.FindStringSubmatch(found[1])
				if named == nil {
					t.Fatalf("env %s: %s is no input", name, found[0])
				}
				if _, known := read.Inputs[named[1]]; !known {
					t.Errorf("env %s: there is no input %s", name, named[1])
				}
			}
		}
	}
	for name, value := range read.Outputs {
		found := expression.FindStringSubmatch(value.Value)
		if found == nil || output.FindStringSubmatch(found[1]) == nil {
			t.Errorf("output %s is %q, want a step's", name, value.Value)
		}
	}
}

// TestActionShellcheck hands each script to shellcheck, as the shell's options are.
func TestActionShellcheck(t *testing.T) {
	t.Parallel()
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		enginetest.Missing(t, "shellcheck")
	}
	for _, step := range readAction(t).Runs.Steps {
		check := exec.CommandContext(t.Context(), shellcheck, "--shell", "bash", "-")
		check.Stdin = strings.NewReader("set -eo pipefail\n" + step.Run)
		if output, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", step.ID, err, output)
		}
	}
}

// job is one use of the action on a runner of its own.
type job struct {
	workspace, temp string
	env             []string

	code            int // of the step that failed, or 0
	summary, stdout string
	outputs         map[string]string
}

func newJob(t *testing.T, env ...string) *job {
	t.Helper()
	return &job{workspace: t.TempDir(), temp: t.TempDir(), env: env}
}

// use does what a runner does with the action: puts the inputs into the environment, runs
// each script, and stops at the one that fails. Its end is awaited, context or not.
func (j *job) use(ctx context.Context, t *testing.T, inputs map[string]string) {
	t.Helper()
	read := readAction(t)
	for name := range inputs {
		if _, known := read.Inputs[name]; !known {
			t.Fatalf("there is no input %s", name)
		}
	}
	j.outputs = map[string]string{}
	summary := j.file(t, "summary")
	produced := map[string]string{}
	for _, step := range read.Runs.Steps {
		if step.Shell != "bash" {
			t.Fatalf("the shell of %s is %s", step.ID, step.Shell)
		}
		script, written := j.file(t, "script-*.sh"), j.file(t, "output")
		if err := os.WriteFile(script, []byte(step.Run), 0o600); err != nil {
			t.Fatal(err)
		}
		run := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
		run.Cancel = func() error { return run.Process.Signal(os.Interrupt) } // as a cancelled job does
		run.WaitDelay = 30 * time.Second
		run.Dir = j.workspace
		run.Env = slices.Concat(os.Environ(), []string{
			"GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=" + j.workspace, "RUNNER_TEMP=" + j.temp,
			"GITHUB_STEP_SUMMARY=" + summary, "GITHUB_OUTPUT=" + written,
		}, j.env)
		for _, name := range slices.Sorted(maps.Keys(step.Env)) {
			value := expression.ReplaceAllStringFunc(step.Env[name], func(found string) string {
				of := input.FindStringSubmatch(expression.FindStringSubmatch(found)[1])[1]
				if given, is := inputs[of]; is {
					return given
				}
				return read.Inputs[of].Default
			})
			run.Env = append(run.Env, name+"="+value)
		}
		said, err := run.CombinedOutput()
		if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited && ctx.Err() == nil {
			t.Fatal(err)
		}
		j.code, j.stdout = run.ProcessState.ExitCode(), j.stdout+string(said)
		for line := range strings.Lines(slurp(t, written)) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			produced[step.ID+"."+name] = value
		}
		if j.code != 0 {
			break
		}
	}
	j.summary = slurp(t, summary)
	for name, value := range read.Outputs {
		of := output.FindStringSubmatch(expression.FindStringSubmatch(value.Value)[1])
		j.outputs[name] = produced[of[1]+"."+of[2]]
	}
}

func (j *job) file(t *testing.T, pattern string) string {
	t.Helper()
	file, err := os.CreateTemp(j.temp, pattern)
	if err != nil {
		t.Fatal(err)
	}
	file.Close()
	return file.Name()
}

func slurp(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Clean(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
