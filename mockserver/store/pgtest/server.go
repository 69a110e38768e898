package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// patience is how long a server may take to start or to stop.
	patience = 30 * time.Second
	pause    = 20 * time.Millisecond

	administrator = "keyturn"
	password      = "correct-horse"
)

// Server is a PostgreSQL that runs until the test ends.
type Server struct {
	binaries, folder string
	port             int
	settings         []string
	databases        atomic.Int64

	process *exec.Cmd
	// exited is closed when the process is gone.
	exited chan struct{}
}

// Option changes how a server is started.
type Option func(*Server)

// With gives a setting of postgresql.conf another value than it has by default.
func With(setting, value string) Option {
	return func(s *Server) { s.settings = append(s.settings, "-c", setting+"="+value) }
}

// Start runs a server whose cluster is its own. It writes to the disk as one in use does.
func Start(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	binaries := need(tb)
	folder, err := os.MkdirTemp("", "keyturn-pg-")
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{binaries: binaries, folder: folder}
	for _, option := range options {
		option(s)
	}
	tb.Cleanup(s.discard)
	if err := s.begin(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return s
}

func (s *Server) begin(ctx context.Context) error {
	if err := own(s.folder); err != nil {
		return err
	}
	if err := s.initialize(ctx); err != nil {
		return err
	}
	var err error
	for range 3 { // another process may take the port before the server does
		if s.port, err = freePort(ctx); err != nil {
			return err
		}
		if err = s.launch(ctx); err == nil {
			return nil
		}
	}
	return err
}

// initialize makes the cluster, in which only the administrator has a login.
func (s *Server) initialize(ctx context.Context) error {
	secret := filepath.Join(s.folder, "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return err
	}
	if err := own(secret); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, s.Bin("initdb"), "--pgdata="+s.data(), "--username="+administrator, //nolint:gosec // the binaries that were found
		"--pwfile="+secret, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
	command.Dir = s.folder
	if err := ordinary(command); err != nil {
		return err
	}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, output)
	}
	return nil
}

// launch starts the server and waits until it takes connections.
func (s *Server) launch(ctx context.Context) error {
	arguments := append([]string{
		"-D", s.data(), "-p", strconv.Itoa(s.port), "-k", s.folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=on",
	}, s.settings...)
	command := exec.Command(s.Bin("postgres"), arguments...) //nolint:gosec // as above
	command.Dir = s.folder
	output := &bytes.Buffer{}
	command.Stdout, command.Stderr = output, output
	if err := ordinary(command); err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		command.Wait() //nolint:errcheck // how it ends is what tests choose
		close(exited)
	}()
	s.process, s.exited = command, exited
	return s.await(ctx, output)
}

func (s *Server) await(ctx context.Context, output *bytes.Buffer) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		conn, err := pgconn.Connect(ctx, s.DSN())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.exited:
			return fmt.Errorf("the server ended: %s", output)
		case <-ctx.Done():
			s.signal(syscall.SIGKILL)
			return fmt.Errorf("the server does not take connections: %w", err)
		case <-time.After(pause):
		}
	}
}

// Stop shuts the server down; who is connected is thrown out.
func (s *Server) Stop() { s.signal(syscall.SIGINT) }

// Abort shuts the server down in the middle of everything: it has to recover afterwards.
func (s *Server) Abort() { s.signal(syscall.SIGQUIT) }

// Kill ends the server without any shutdown.
func (s *Server) Kill() { s.signal(syscall.SIGKILL) }

// signal returns when the process is gone.
func (s *Server) signal(signal syscall.Signal) {
	if s.process == nil {
		return
	}
	s.process.Process.Signal(signal) //nolint:errcheck // it may be gone already
	select {
	case <-s.exited:
	case <-time.After(patience):
		s.process.Process.Kill() //nolint:errcheck // as above
		<-s.exited
	}
}

// Restart starts a server that was stopped, on the same port and with what it kept.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(pause) {
		// What a killed one left running holds the cluster until it notices.
		if err = s.launch(tb.Context()); err == nil {
			return
		}
	}
	tb.Fatal(err)
}

func (s *Server) discard() {
	s.Abort()
	os.RemoveAll(s.folder) //nolint:errcheck // a temporary folder
}

// Bin is the path of one of the server's programs, such as pgbench.
func (s *Server) Bin(name string) string { return filepath.Join(s.binaries, name) }

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// DSN is the address of a database that tests leave alone, as its owner.
func (s *Server) DSN() string { return s.address("postgres") }

func (s *Server) address(database string) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable", administrator, password, s.port, database)
}

// Database makes an empty database, and returns its address.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprintf("keyturn_%d", s.databases.Add(1))
	Exec(tb, s.DSN(), "CREATE DATABASE "+name)
	return s.address(name)
}

// Exec runs statements at the address.
func Exec(tb testing.TB, dsn, statements string) []*pgconn.Result {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // it has nothing more to say
	results, err := conn.Exec(ctx, statements).ReadAll()
	if err != nil {
		tb.Fatalf("%s: %v", statements, err)
	}
	return results
}

func freePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.New("a listener without a port")
	}
	return address.Port, nil
}
