package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// ordinary has the command run as a user who is not root, which PostgreSQL insists on, and
// shut down at once should the tests be killed.
func ordinary(command *exec.Cmd) error {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	uid, gid, err := owner()
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return nil
}

// own gives the folder to the user whom ordinary runs commands as.
func own(folder string) error {
	uid, gid, err := owner()
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	return os.Chown(folder, uid, gid)
}

func owner() (uid, gid int, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		known, err := user.Lookup(name)
		if err != nil {
			continue
		}
		if uid, err = strconv.Atoi(known.Uid); err != nil {
			return 0, 0, err
		}
		if gid, err = strconv.Atoi(known.Gid); err != nil {
			return 0, 0, err
		}
		return uid, gid, nil
	}
	return 0, 0, errors.New("there is neither a user postgres nor a user nobody to run PostgreSQL as")
}
