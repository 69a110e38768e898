// Command trace writes TRACEABILITY.md into the current folder, which has to be that of
// package catalogue. Run it by "make generate".
package main

import (
	"fmt"
	"os"

	"github.com/keyturn/keyturn/conformance/catalogue"
)

func main() {
	if err := write(); err != nil {
		panic(fmt.Errorf("trace: %w", err))
	}
}

func write() error {
	loaded, err := catalogue.Load()
	if err != nil {
		return err
	}
	file, err := os.Create("TRACEABILITY.md")
	if err != nil {
		return err
	}
	_, err = file.Write(loaded.Traceability())
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}
