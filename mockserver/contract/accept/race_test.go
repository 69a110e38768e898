//go:build race

package accept

// The race detector makes a value some five times as expensive, and a race shows without
// all of them.
const raceScale = 10
