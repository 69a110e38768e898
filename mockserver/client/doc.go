// Package client is the domain: an OAuth client, its secrets, and the
// transitions that rotation, addition, deletion and expiry are made of.
//
// It is pure. The current time and every random value are arguments, nothing
// here locks, logs or talks to anything, and a transition either changes the
// Client it was given or returns an Error and leaves it alone. What vendors
// legitimately disagree on is a Policy, which is data.
//
// The package also owns the error kinds of the stand-in (see Kind): a failure is
// classified once, where it is found, and turned into a vendor's wire form once,
// by that vendor's table.
package client
