// Package enginetest is for tests that need a Docker engine and the image of the working
// tree. They run beneath docker/with-engine, which make containers does after it has built
// the image, and are skipped everywhere else: an engine that happens to run on a machine
// holds the image of another day, or none.
//
// It works through the docker command alone, which knows where the engine is.
package enginetest
