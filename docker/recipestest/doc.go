// Package recipestest holds the recipes of the docker folder to what they promise: that
// they parse, name the one image, set only variables that the binary knows, that the
// README shows what is in the files, and, beneath docker/with-engine, that they run.
package recipestest
