//go:build !race

package accept

const raceScale = 1
