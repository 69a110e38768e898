package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// startBy is startServe for a server that another program begins to run, such as a shell
// that first limits what it may do.
func startBy(t *testing.T, before []string, args ...string) *process {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{ready: filepath.Join(t.TempDir(), "ready.json"), stderr: &lines{}}
	words := slices.Concat(before, []string{file, "serve", "--addr", "127.0.0.1:0", "--ready-file", p.ready}, args)
	p.cmd = exec.Command(words[0], words[1:]...)
	p.cmd.Stderr = p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	p.stderr.await(t, "listening")
	_, rest, _ := strings.Cut(p.stderr.String(), " url=")
	p.URL, _, _ = strings.Cut(rest, " ")
	return p
}

// shortage is a file that cannot be written for a while.
type shortage struct {
	path, reason string
	before       []string
	// reuses says that what fits into the room which the file has already is written.
	reuses     bool
	begin, end func(p *process) error
}

const (
	noMore = `msg="the state file cannot be written"`
	again  = `msg="the state file can be written again"`
)

// TestStateCannotBeWritten has a file that takes nothing more, under the work of many: what
// reads goes on, what writes is refused and was not done, and both go on once it takes
// something again. A kill then loses nothing.
func TestStateCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T) shortage{
		"full disk": fullDisk, "size limit": limitedSize, "unchangeable": unchangeable,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prepare(t).run(t)
		})
	}
}

func (s shortage) run(t *testing.T) {
	p := startBy(t, s.before, "--state", fileState+s.path)
	word := "^the state file " + s.path + " cannot be written: " + s.reason + "$"
	l := &load{t: t, at: newAsker(p.URL), refused: refusesWith(word), whole: true}
	var killed atomic.Bool
	l.lost = func(err error) error {
		if killed.Load() {
			return nil
		}
		return err
	}
	each(t, l.at, succeeds, succeeds)
	if err := s.begin(p); err != nil {
		t.Fatal(err)
	}
	l.useUp()
	if log := p.stderr.String(); strings.Count(log, noMore) != 1 || !strings.Contains(log, "file="+s.path+" ") {
		t.Errorf("it does not say once that %s takes nothing more:\n%s", s.path, log)
	}
	if s.reuses {
		each(t, l.at, func(r request, a answer) error {
			if a.done() {
				return nil
			}
			return refusesWith(word)(r, a)
		}, succeeds)
	} else {
		secrets := l.secrets()
		each(t, l.at, refusesWith(word), succeeds)
		if now := l.secrets(); now != secrets {
			t.Errorf("what was refused was done: %s, before %s", now, secrets)
		}
	}
	ctx, cancel := contextOf(t)
	wait := l.begin(ctx)
	time.Sleep(300 * time.Millisecond)
	refused := l.refusals.Load()
	if err := s.end(p); err != nil {
		t.Fatal(err)
	}
	each(t, l.at, succeeds, succeeds)
	p.stderr.await(t, again)
	l.awaitMore(l.acknowledged.Load() + 100)
	killed.Store(true)
	cancel() // nobody begins another life
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	wait()
	if log := p.stderr.String(); strings.Count(log, noMore) > 1+int(refused)/10 {
		t.Errorf("%d requests were refused, and it is said %d times", refused, strings.Count(log, noMore))
	}
	l.at = newAsker(startBy(t, s.before, "--state", fileState+s.path).URL)
	l.verify("after the shortage and a kill", l.lives)
	each(t, l.at, succeeds, succeeds)
	l.summary()
	if refused == 0 {
		t.Error("nothing of the work was refused")
	}
}

// useUp has each vendor create clients until the room that the file has already is used up.
func (l *load) useUp() {
	l.t.Helper()
	w := &worker{load: l}
	for n := range len(tongues) + 1 {
		made := 0
		for w.lastRefused = false; !w.lastRefused && made < 5000; made++ {
			var one life = &holder{name: l.name()}
			if n < len(tongues) {
				one = &single{tongue: &tongues[n], name: l.name()}
			}
			w.begun(one)
		}
		if !w.lastRefused {
			l.t.Fatal("there is always room")
		}
	}
}

// secrets are what each requests' writes would have changed.
func (l *load) secrets() string {
	l.t.Helper()
	var all []string
	for _, path := range []string{"/api/v3/get-application-secret?appId=61df925846bed781f5757166", secretsOf("my-new-app")} {
		a, err := l.at.ask(fetch(path))
		if err != nil || !a.done() {
			l.t.Fatalf("%s: HTTP %d %s, %v", path, a.status, a.text, err)
		}
		all = append(all, fmt.Sprint(a.at("data", "secret"), a.listAt()))
	}
	return strings.Join(all, "\n")
}

// fullDisk is a small file system, which a process that does nothing else holds in a name
// space of mounts.
func fullDisk(t *testing.T) shortage {
	folder := t.TempDir()
	apart, enter := []string{"-m"}, []string{"-m"}
	if os.Getuid() != 0 {
		apart, enter = []string{"-rm"}, []string{"-U", "-m", "--preserve-credentials"}
	}
	ready := filepath.Join(t.TempDir(), "mounted")
	keeper := exec.Command("unshare", append(apart, "sh", "-c", `mount -t tmpfs -o size=3m none "$0" && : >"$1" && exec sleep 300`, folder, ready)...)
	keeper.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := keeper.Start(); err != nil {
		t.Skipf("no name space of mounts can be had here: %v", err)
	}
	gone := make(chan struct{})
	go func() { _ = keeper.Wait(); close(gone) }()
	t.Cleanup(func() { _ = keeper.Process.Kill(); <-gone })
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(ready); err == nil {
			break
		}
		select {
		case <-gone:
			t.Skip("no file system can be mounted here; a size limit stands for a full disk in another test")
		default:
		}
		if time.Now().After(end) {
			t.Fatal("the file system is not mounted in time")
		}
	}
	pid := strconv.Itoa(keeper.Process.Pid)
	ballast := filepath.Join("/proc", pid, "root", folder, "ballast")
	return shortage{
		path: filepath.Join(folder, "state.db"), reason: "the disk is full", reuses: true,
		before: slices.Concat([]string{"nsenter", "-t", pid}, enter, []string{"--"}),
		begin:  func(*process) error { return fillUp(ballast) },
		end:    func(*process) error { return os.Remove(ballast) },
	}
}

// fillUp writes until there is no room.
func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return nil
}

// limitedSize needs no rights: the file may not be written beyond its first pages.
func limitedSize(t *testing.T) shortage {
	if _, err := exec.LookPath("prlimit"); err != nil {
		t.Skip(err)
	}
	limit := func(size string) func(*process) error {
		return func(p *process) error {
			out, err := exec.Command("prlimit", "--pid", strconv.Itoa(p.cmd.Process.Pid), "--fsize="+size+":").CombinedOutput()
			if err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		}
	}
	return shortage{
		path: filepath.Join(t.TempDir(), "state.db"), reason: "it has reached the largest size that a file may have here",
		begin: limit("4096"), end: limit("unlimited"),
	}
}

// unchangeable is what a file of some file systems can be made by root.
func unchangeable(t *testing.T) shortage {
	path := filepath.Join(t.TempDir(), "state.db")
	change := func(flag string) func(*process) error {
		return func(*process) error {
			if out, err := exec.Command("chattr", flag+"i", path).CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		}
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(change("+")(nil), change("-")(nil)); err != nil {
		t.Skipf("a file cannot be made unchangeable here (%v); a size limit takes the same way", err)
	}
	t.Cleanup(func() { _ = change("-")(nil) })
	return shortage{path: path, reason: "it was made unchangeable", begin: change("+"), end: change("-")}
}

// TestStateOfAnother starts on a file that this user may read only. One that is opened
// already is written whatever becomes of its mode.
func TestStateOfAnother(t *testing.T) {
	t.Parallel()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "keyturn-state-") // that of the test is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	state := filepath.Join(folder, "state.db")
	p := startServe(t, "--state", fileState+state)
	if err := errors.Join(os.Chmod(folder, 0o755), os.Chmod(state, 0o444)); err != nil {
		t.Fatal(err)
	}
	at := newAsker(p.URL)
	if a, err := at.ask(addSecretTo("my-new-app")); err != nil || !a.done() {
		t.Errorf("got HTTP %d %s, %v", a.status, a.text, err)
	}
	p.terminate(t)
	if code := p.exit(t); code != exitOK {
		t.Errorf("got exit %d: %s", code, p.stderr)
	}
	before, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "keyturn")
	if err := copyFile(program, file); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--state", fileState+state)
	command.Dir = folder
	if os.Getuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	code, stderr := ended(t, command)
	wantFailure(t, code, stderr, state, "cannot be opened for writing", "permission denied")
	if after, err := os.ReadFile(state); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file was changed (%v)", err)
	}
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}
