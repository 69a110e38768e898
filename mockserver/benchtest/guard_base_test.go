package benchtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var base = flag.String("base", "", "the commit that BenchmarkGuard compares with; the last release when empty")

const (
	shipped = "github.com/keyturn/keyturn/cmd/keyturn"

	// beforeReleases stands in for a release until there is one: the last commit without
	// what a rehearsal is made of, namespaces, clocks, faults, propagation, snapshots and
	// metrics.
	beforeReleases = "9dd9859"
)

// release is what is compared with: a name that people know, and its commit.
type release struct{ name, commit string }

func (r release) String() string {
	if strings.HasPrefix(r.commit, r.name) {
		return r.commit
	}
	return fmt.Sprintf("%s (%s)", r.name, r.commit)
}

// findBase resolves the name, or finds the last release when it is "".
func findBase(ctx context.Context, name string) (release, error) {
	if name != "" {
		commit, err := resolve(ctx, name)
		return release{name: name, commit: commit}, err
	}
	// A version with a hyphen is a candidate of a release.
	output, err := git(ctx, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "--exclude", "*-*")
	if err == nil {
		name = strings.TrimSpace(output)
		commit, err := resolve(ctx, name)
		return release{name: name, commit: commit}, err
	}
	commit, err := resolve(ctx, beforeReleases)
	if err != nil {
		return release{}, fmt.Errorf("no tag v* is in this clone, which would be a release, and instead of one: %w", err)
	}
	return release{name: beforeReleases, commit: commit}, nil
}

// resolve returns the short name of a commit that is in the clone.
func resolve(ctx context.Context, name string) (string, error) {
	output, err := git(ctx, "rev-parse", "--verify", "--quiet", "--short", "--end-of-options", name+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("the commit %q is not in this clone: %w", name, err)
	}
	return strings.TrimSpace(output), nil
}

func topOfClone(ctx context.Context) (string, error) {
	output, err := git(ctx, "rev-parse", "--show-toplevel")
	return strings.TrimSpace(output), err
}

func git(ctx context.Context, words ...string) (string, error) {
	output, err := exec.CommandContext(ctx, "git", words...).Output()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && len(ended.Stderr) > 0 {
		return "", fmt.Errorf("git %s: %w: %s", words[0], err, strings.TrimSpace(string(ended.Stderr)))
	}
	return string(output), err
}

// buildCommit compiles the program of a commit from a copy of its tree, which leaves the
// clone as it is.
func buildCommit(ctx context.Context, folder, top, commit string) (program, error) {
	source, packed := filepath.Join(folder, "source"), filepath.Join(folder, "source.tar")
	const private = 0o700
	if err := os.Mkdir(source, private); err != nil {
		return program{}, err
	}
	for _, step := range [][]string{
		{"git", "-C", top, "archive", "--output", packed, commit},
		{"tar", "-xf", packed, "-C", source},
	} {
		if output, err := exec.CommandContext(ctx, step[0], step[1:]...).CombinedOutput(); err != nil {
			return program{}, fmt.Errorf("copy the tree of %s: %s: %w\n%s", commit, step[0], err, output)
		}
	}
	return madeIn(ctx, source)
}

// madeIn has the Makefile of the folder build what it ships.
func madeIn(ctx context.Context, folder string) (program, error) {
	command := exec.CommandContext(ctx, "make", "-C", folder, "build")
	// The variables and the job server of a make around this one are none of its business.
	command.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains([]string{"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "ARGS"}, name)
	})
	if output, err := command.CombinedOutput(); err != nil {
		return program{}, fmt.Errorf("make build in %s: %w\n%s", folder, err, output)
	}
	return program{binary: filepath.Join(folder, "bin", "keyturn")}, nil
}

// TestFindBase asks in a clone of its own.
func TestFindBase(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx := t.Context()
	run := func(words ...string) {
		t.Helper()
		words = append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"}, words...)
		if _, err := git(ctx, words...); err != nil {
			t.Fatal(err)
		}
	}
	run("init", "--quiet")
	run("commit", "--quiet", "--allow-empty", "--message", "one")
	if found, err := findBase(ctx, ""); err == nil || !strings.Contains(err.Error(), beforeReleases) {
		t.Errorf("without a release, and without the commit that stands in for one: found %q, error %v", found, err)
	}
	run("tag", "v1.0.0")
	run("commit", "--quiet", "--allow-empty", "--message", "two")
	run("tag", "v1.1.0-rc.1")
	run("tag", "voyage")
	for name, want := range map[string]string{"": "v1.0.0", "v1.1.0-rc.1": "v1.1.0-rc.1"} {
		commit, err := resolve(ctx, want)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := findBase(ctx, name); err != nil || found != (release{want, commit}) {
			t.Errorf("-base %q: found %q, error %v; want %s at %s", name, found, err, want, commit)
		}
	}
}
