// Package mockcontainer runs the stand-in's image for a test, by testcontainers-go.
//
//	standIn, err := mockcontainer.Run(ctx, "keyturn/keyturn")
//	testcontainers.CleanupContainer(t, standIn)
//
// Many tests can share one, each with a namespace ([Container.Namespace]) in which time
// passes and things go wrong for that test alone.
//
// It knows the image from outside only: its port, its variables, its folders and the
// admin plane that it serves. What a test asks of a container has the names that package
// mocktest uses for a stand-in in the test's own process, so that one can take the
// place of the other. It is the only package of the module that imports testcontainers-go;
// whoever does not import it does not build that either.
package mockcontainer
