// Package imagetest holds the image to what it promises: what is in it, how it is
// configured, and how it behaves in an engine that gives it as little as possible.
// It has no code but tests.
package imagetest
