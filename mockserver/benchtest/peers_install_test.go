package benchtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// stripeVersion is what the Go command is asked for; the npm packages are pinned by
// their lock.
const stripeVersion = "v0.203.0"

// installed is where the peers are, and what is missing of that.
type installed struct {
	node, java, stripe                string
	nodeVersion, javaVersion          string
	nodeProblem, javaProblem, goError error
}

// install gets what can be had. npm runs none of the packages' scripts: what they need
// to run is in them, and some report where they were installed.
func install(ctx context.Context, folder string) installed {
	var at installed
	at.nodeProblem = npm(ctx)
	if at.nodeProblem == nil {
		at.node, at.nodeVersion, at.nodeProblem = findNode(ctx)
	}
	at.java, at.javaVersion, at.javaProblem = findJava(ctx)
	at.stripe = filepath.Join(folder, "stripe-mock")
	command := exec.CommandContext(ctx, "go", "install", "github.com/stripe/stripe-mock@"+stripeVersion)
	command.Env = append(os.Environ(), "GOBIN="+folder)
	if output, err := command.CombinedOutput(); err != nil {
		at.goError = fmt.Errorf("go install: %w: %s", err, lastLine(output))
	}
	return at
}

// npm installs what the lock names, unless that was done since it changed.
func npm(ctx context.Context) error {
	lock, err := os.Stat(filepath.Join(peerFiles, "package-lock.json"))
	if err != nil {
		return err
	}
	done, err := os.Stat(filepath.Join(peerFiles, "node_modules", ".package-lock.json"))
	if err == nil && !done.ModTime().Before(lock.ModTime()) {
		return nil
	}
	command := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	command.Dir = peerFiles
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w: %s", err, lastLine(output))
	}
	return nil
}

// findNode returns the Node that came with the packages: the system's may be too old
// for them.
func findNode(ctx context.Context) (path, version string, err error) {
	names := map[string]string{"amd64": "x64", "arm64": "arm64"}
	path = filepath.Join(peerFiles, "node_modules", "node-linux-"+names[runtime.GOARCH], "bin", "node")
	if _, err := os.Stat(path); err != nil {
		return "", "", fmt.Errorf("there is no Node for %s/%s: %w", runtime.GOOS, runtime.GOARCH, err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", "", err
	}
	output, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return "", "", fmt.Errorf("node --version: %w", err)
	}
	return path, strings.TrimPrefix(strings.TrimSpace(string(output)), "v"), nil
}

func findJava(ctx context.Context) (path, version string, err error) {
	path, err = exec.LookPath("java")
	if err != nil {
		return "", "", errors.New("needs Java 17, as of openjdk-17-jre-headless, and there is no java")
	}
	output, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if err != nil {
		return "", "", fmt.Errorf("java -version: %w: %s", err, lastLine(output))
	}
	_, rest, _ := strings.Cut(string(output), `"`)
	version, _, _ = strings.Cut(rest, `"`)
	return path, version, nil
}

// module is the path of a file of an npm package, and the version of the package.
func module(name, file string) (path, version string, err error) {
	folder := filepath.Join(peerFiles, "node_modules", filepath.FromSlash(name))
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return "", "", err
	}
	var manifest struct{ Version string }
	if err := json.Unmarshal(text, &manifest); err != nil {
		return "", "", fmt.Errorf("read the manifest of %s: %w", name, err)
	}
	paths, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(file)))
	if err != nil || len(paths) != 1 {
		return "", "", fmt.Errorf("%s %s has %d files %s, want one", name, manifest.Version, len(paths), file)
	}
	path, err = filepath.Abs(paths[0])
	return path, manifest.Version, err
}

func lastLine(output []byte) string {
	lines := bytes.Split(bytes.TrimSpace(output), []byte("\n"))
	return string(lines[len(lines)-1])
}
