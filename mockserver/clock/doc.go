// Package clock is a namespace's time. It follows the system's clock until somebody
// stops it or moves it, and everything in the namespace lives by it: the expiry of
// secrets, the times in tokens, the dates of signed requests, the journal. It goes
// forward only, but for Release, which gives it back to the system.
package clock
