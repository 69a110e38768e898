// Package sdktest runs the vendors' official Node clients, installed from their
// published packages and unmodified, against the built binary. Its test has the
// build tag sdk, because it needs Node and the packages: "make sdk" prepares both.
package sdktest
