// Package browsertest opens the page of a report in a real Chromium, headless, and
// looks at what a reader would see: that the parts are there and right, the filters
// filter, nothing is asked of any network, and text can be read in light and dark.
// The tests need a browser and so the build tag browser:
//
//	go test -tags browser ./conformance/report/browsertest
//
// With -report FILE they look at a page that a real run has written, given by its
// absolute path, and with -screenshot FILE they keep the picture.
package browsertest
