// Package build says which Keyturn this is: version, commit and Go release, as the
// toolchain wrote them into the binary. The admin plane and the command line read
// the same answer here. It knows nothing else of the project.
package build
