// Package storetest is the one suite that every store passes. A backend calls Run
// with a function that opens an empty store; each promise of store.Store is a
// named subtest on a store of its own. RunContents, RunDurable and RunShared do the same for
// what a backend is besides, RunModel compares it with plain maps, and RunCrash kills it.
package storetest
