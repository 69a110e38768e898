// Command compact writes, beside each openapi.yaml below the current folder, the
// openapi.json that a start reads: the same document without the prose, which takes
// half the time to load. Run it by "make generate".
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keyturn/keyturn/specs/internal/prose"
)

func main() {
	files, err := filepath.Glob("*/openapi.yaml")
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no */openapi.yaml here")
	}
	for _, file := range files {
		if err == nil {
			err = compact(file)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compact:", err)
		os.Exit(1)
	}
}

func compact(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	without, err := prose.Strip(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if !json.Valid(without) {
		return fmt.Errorf("%s: the result is no JSON", file)
	}
	return os.WriteFile(filepath.Join(filepath.Dir(file), "openapi.json"), without, 0o644)
}
