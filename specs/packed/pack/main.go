// Command pack writes the files of the current folder that match the patterns into the
// file that is named before them: "pack OUTPUT PATTERN...". Run it by "make generate".
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/keyturn/keyturn/specs/packed"
)

func main() {
	if err := pack(os.Args[1:]); err != nil {
		panic(fmt.Errorf("pack: %w", err))
	}
}

func pack(args []string) error {
	if len(args) < 2 {
		return errors.New("want a file to write and patterns of what goes into it")
	}
	files, err := packed.Gather(os.DirFS("."), args[1:]...)
	if err != nil {
		return err
	}
	return packed.Renew(args[0], files)
}
