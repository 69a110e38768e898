package benchtest

import (
	"fmt"
	"syscall"
)

// growingConnections opens so many, on each of which one request is under way at a time.
func growingConnections() growing {
	return growing{
		name: "connections", title: "Connections", sizes: []int{1, 10, 100, 1000, 2000},
		begin: func(g *grower, from program, size int) (*stage, error) {
			if err := mayOpen(size); err != nil {
				return nil, err
			}
			server, err := g.stand(from)
			if err != nil {
				return nil, err
			}
			server.load.close()
			if server.load, err = connect(server.addr, size); err != nil {
				_ = server.process.stop()
				return nil, err
			}
			return &stage{server, []scenario{refreshing}}, nil
		},
	}
}

// mayOpen raises the limit of open files of this process, which Go has done for itself at
// the start and the server does for itself, and says when it cannot be so many.
func mayOpen(connections int) error {
	const besides = 5000 // the other sizes' connections, and what else is open
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	need := uint64(connections + besides)
	if limit.Max < need {
		return fmt.Errorf("%d files may be open at most, want %d (ulimit -Hn)", limit.Max, need)
	}
	if limit.Cur < need {
		limit.Cur = limit.Max
		return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
	return nil
}
