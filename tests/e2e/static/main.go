// Somebody's own application: it says which one it is and which release, and knows nothing else.
package main

import (
	"fmt"
	"net/http"
	"os"
)

var version = "none"

func main() {
	if len(os.Args) > 1 {
		fmt.Println("brings the schema to", os.Args[1:], "at", os.Getenv("DATABASE_URL"))
		return
	}
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(answer, "%s %s\n", os.Getenv("APPLICATION"), version)
	})
	if err := http.ListenAndServe(":8080", nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
