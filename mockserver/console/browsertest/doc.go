// Package browsertest opens the console of a running stand-in in a real Chromium,
// headless, and does what a person would: it watches a rotation come in, moves the
// clock, sees a secret die, and reads all of it on a narrow screen, in light and dark,
// with the keyboard and without the script. The tests need a browser and so the build
// tag browser:
//
//	go test -tags browser ./mockserver/console/browsertest
//
// With -screenshots DIR, a folder by its absolute path, they keep a picture of each
// page.
package browsertest
