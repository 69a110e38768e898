// Package namespace is one isolated world in a server: its state, clock, faults,
// defects, propagation, journal, randomness and snapshots, and the registry of all
// of them.
//
// A namespace begins as a copy of a world that was loaded before, of another
// namespace or of a snapshot, and shares with it the memory of everything that
// neither has changed. So a test can have one of its own, in less time than a
// request takes, and nothing that it does is seen in another: the same secret works
// in one and is refused in the next, and no token is of use in two.
//
// Where contents outlive the process, a namespace has a record of what else it is. Whatever
// changes it is recorded before it is acknowledged (Change), and where servers share the
// records each looks for a newer one before it answers (Refresh).
package namespace
