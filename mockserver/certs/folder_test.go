package certs_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/certs"
)

func open(t *testing.T, folder string, at time.Time) *certs.Authority {
	t.Helper()
	authority, err := certs.Open(folder, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

func TestOpenKeepsTheAuthority(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new", "folder")
	first := open(t, folder, now)
	again := open(t, folder, now.Add(9*365*day))
	if kept := readFile(t, filepath.Join(folder, "ca.pem")); kept != string(first.PEM()) || kept != string(again.PEM()) {
		t.Errorf("three authorities:\n%s\n%s\n%s", kept, first.PEM(), again.PEM())
	}
	for name, want := range map[string]fs.FileMode{"ca.pem": 0o644, "ca-key.pem": 0o600} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v, %v", name, info.Mode(), want, err)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 2 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
	issued, err := again.Issue([]string{"localhost"}, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := issued.Leaf.CheckSignatureFrom(parse(t, first.PEM())); err != nil {
		t.Errorf("the key that was kept is another one: %v", err)
	}
}

// TestOpenGoesOn finds what a process left that ended between the two files.
func TestOpenGoesOn(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first := open(t, folder, now)
	if err := os.Remove(filepath.Join(folder, "ca.pem")); err != nil {
		t.Fatal(err)
	}
	issued, err := open(t, folder, now).Issue([]string{"localhost"}, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := issued.Leaf.CheckSignatureFrom(parse(t, first.PEM())); err != nil {
		t.Errorf("who trusts the first does not trust this: %v", err)
	}
}

func TestOpenByManyAtOnce(t *testing.T) {
	t.Parallel()
	for range 20 {
		folder := filepath.Join(t.TempDir(), "tls")
		var got [8][]byte
		var errs [8]error
		var meeting sync.WaitGroup
		start := make(chan struct{})
		for i := range got {
			meeting.Go(func() {
				<-start
				authority, err := certs.Open(folder, now.Add(time.Duration(i)*time.Hour), nil)
				if errs[i] = err; err == nil {
					got[i] = authority.PEM()
				}
			})
		}
		close(start)
		meeting.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if !bytes.Equal(got[i], got[0]) {
				t.Fatalf("two authorities:\n%s\n%s", got[0], got[i])
			}
		}
	}
}

// folderVariable tells the process that TestOpenByTwoProcesses starts what to open.
const folderVariable = "CERTS_TEST_FOLDER"

func TestOpenByTwoProcesses(t *testing.T) {
	if folder := os.Getenv(folderVariable); folder != "" {
		_, _ = io.Copy(io.Discard, os.Stdin) // its end is the signal
		authority, err := certs.Open(folder, now, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.Write(authority.PEM())
		return
	}
	t.Parallel()
	for range 5 {
		folder := filepath.Join(t.TempDir(), "tls")
		var outputs [2]bytes.Buffer
		var commands [2]*exec.Cmd
		var signals [2]io.Closer
		for i := range commands {
			commands[i] = exec.Command(os.Args[0], "-test.run=^TestOpenByTwoProcesses$")
			commands[i].Env = append(os.Environ(), folderVariable+"="+folder)
			commands[i].Stdout, commands[i].Stderr = &outputs[i], &outputs[i]
			var err error
			if signals[i], err = commands[i].StdinPipe(); err != nil {
				t.Fatal(err)
			}
			if err := commands[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(50 * time.Millisecond) // both wait by now; if not, they meet less closely
		for i := range commands {
			signals[i].Close()
		}
		for i := range commands {
			if err := commands[i].Wait(); err != nil {
				t.Fatalf("%v: %s", err, &outputs[i])
			}
			if kept := readFile(t, filepath.Join(folder, "ca.pem")); !strings.Contains(outputs[i].String(), kept) {
				t.Errorf("process %d has another authority than\n%s\n%s", i, kept, &outputs[i])
			}
		}
	}
}

func TestOpenRefusesWhatItCannotUse(t *testing.T) {
	t.Parallel()
	good, other := makeLeaf(t, anAuthority), makeLeaf(t, anAuthority)
	leaf := makeLeaf(t, asIs)
	late, early := makeFor(t, good.key, both(anAuthority, ended)), makeFor(t, good.key, both(anAuthority, begins))
	const advice = "; restore it, or remove both "
	tests := map[string]struct{ certificate, key, want string }{
		"empty certificate":   {"", good.keyPEM(t), "ca.pem: want a certificate in PEM, there is none" + advice},
		"cut off certificate": {good.pem()[:200], good.keyPEM(t), "ca.pem: want a certificate in PEM, there is none" + advice},
		"broken certificate":  {block("CERTIFICATE", []byte("x")), good.keyPEM(t), "ca.pem: certificate 1 cannot be read"},
		"two certificates":    {good.pem() + other.pem(), good.keyPEM(t), "ca.pem: want one certificate, there are 2" + advice},
		"no authority":        {leaf.pem(), leaf.keyPEM(t), "ca.pem: want the certificate of an authority, this one may not issue any" + advice},
		"no key":              {good.pem(), "", "ca-key.pem: no such file or directory" + advice},
		"broken key":          {good.pem(), "broken", "ca-key.pem: want a private key in PEM, there is none" + advice},
		"broken key alone":    {"", "broken", "ca-key.pem: want a private key in PEM, there is none" + advice},
		"another's key":       {good.pem(), other.keyPEM(t), "ca-key.pem: want the private key of "},
		"ended":               {late.pem(), good.keyPEM(t), "ca.pem: want a certificate that is valid, this one ran out at 2026-05-04T03:02:00Z" + advice},
		"not begun":           {early.pem(), good.keyPEM(t), "this one begins at 2026-05-04T03:02:02Z" + advice},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			before := map[string]string{}
			if name != "broken key alone" {
				before["ca.pem"] = test.certificate
			}
			if name != "no key" {
				before["ca-key.pem"] = test.key
			}
			for file, text := range before {
				write(t, folder, file, text)
			}
			if _, err := certs.Open(folder, now, nil); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), folder) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			for file, text := range before {
				if readFile(t, filepath.Join(folder, file)) != text {
					t.Errorf("%s was written to", file)
				}
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) != len(before) {
				t.Errorf("the folder holds %v, %v", left, err)
			}
		})
	}
}

func TestOpenNeedsAFolder(t *testing.T) {
	t.Parallel()
	file := write(t, t.TempDir(), "file", "")
	if _, err := certs.Open(file, now, nil); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}
