package benchtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// apart has the load generator on one core and the servers on another for as long as f
// runs, so that a server's throughput is its own: on shared cores a faster one also pays
// for the requests it is sent. It needs taskset, of util-linux.
func apart(ctx context.Context, f func() error, servers ...*target) (err error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(text), "\nCpus_allowed_list:\t")
	all, _, _ := strings.Cut(rest, "\n")
	first, last, err := outermost(all)
	if err != nil {
		return err
	}
	pids := []int{os.Getpid()}
	for _, one := range servers {
		pids = append(pids, one.command.Process.Pid)
	}
	defer func() {
		for _, pid := range pids {
			err = errors.Join(err, pin(context.WithoutCancel(ctx), pid, all))
		}
	}()
	for i, pid := range pids {
		core := last
		if i == 0 {
			core = first
		}
		if err := pin(ctx, pid, core); err != nil {
			return err
		}
	}
	return f()
}

// outermost are the first and the last core of a list such as "0-3,8".
func outermost(list string) (first, last string, err error) {
	cores := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '-' })
	if len(cores) < 2 { //nolint:mnd // one for the load and one for the servers
		return "", "", fmt.Errorf("the cores are %q, want two or more", list)
	}
	return cores[0], cores[len(cores)-1], nil
}

// pin has all threads of a process run on the cores alone.
func pin(ctx context.Context, pid int, cores string) error {
	output, err := exec.CommandContext(ctx, "taskset", "--all-tasks", "--cpu-list", "--pid", cores, strconv.Itoa(pid)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("have process %d run on %s: %w\n%s", pid, cores, err, output)
	}
	return nil
}
