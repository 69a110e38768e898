// Package ledger is the journal of what a run makes at a service, so that exactly that
// can be removed later and nothing else. A creation is written down, and on the disk,
// before its request is sent; what came of it is added behind. The file is JSON lines,
// one event a line, and only ever grows, so a run that is killed at any moment leaves a
// ledger from which Open goes on. It names things and never holds a secret.
package ledger
