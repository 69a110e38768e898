// Command listener answers every request with 200, which is the least that a container
// can do: what it takes to start is what engine and test library take. With an argument
// it is a health check, which ends well.
package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) > 1 {
		return
	}
	err := http.ListenAndServe("0.0.0.0:7070", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
