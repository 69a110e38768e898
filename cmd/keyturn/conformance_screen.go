package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// screen is what is known of where something is printed to. The zero value is a file.
type screen struct {
	width  int // columns; 0 is no terminal
	colour bool
}

// widest is how far lines of prose go on a terminal, however wide it is.
const widest = 100

// screenOf looks at a writer. NO_COLOR, when it is not empty, turns colours off
// (no-color.org), and a terminal that calls itself dumb counts as none.
func screenOf(w io.Writer) screen {
	file, ok := w.(interface{ Fd() uintptr })
	if !ok || os.Getenv("TERM") == "dumb" {
		return screen{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return screen{}
	}
	if width <= 0 {
		width = 80 // a terminal that does not say
	}
	return screen{width: width, colour: os.Getenv("NO_COLOR") == ""}
}
