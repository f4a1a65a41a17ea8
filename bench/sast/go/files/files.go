// Package files serves documents and pages.
package files

import (
	"archive/zip"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	texttemplate "text/template"
)

const folder = "/srv/fleet"

var forms = map[string]string{"lease": "lease.pdf", "return": "return.pdf"}
var page = template.Must(template.New("page").Parse("<h1>{{.}}</h1>"))
var letter = texttemplate.Must(texttemplate.New("letter").Parse("Dear {{.}},"))

// Register adds the routes.
func Register(mux *http.ServeMux) {
	for path, handler := range map[string]http.HandlerFunc{
		"/files/read": read, "/files/serve": serve, "/files/remove": remove, "/files/inside": inside, "/files/form": form,
		"/files/unpack": unpack, "/files/spool": spool, "/files/spool/well": spoolWell, "/files/share": share, "/files/keep": keep,
		"/pages/hello": hello, "/pages/box": box, "/pages/bye": bye, "/pages/item": item, "/pages/raw": raw, "/pages/letter": write,
		"/pages/custom": custom, "/pages/after": after, "/pages/leave": leave, "/pages/home": home,
	} {
		mux.HandleFunc(path, handler)
	}
}

func read(w http.ResponseWriter, r *http.Request) {
	body, err := os.ReadFile(filepath.Join(folder, r.FormValue("name")))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write(body)
}

func serve(w http.ResponseWriter, r *http.Request) {
	file, err := os.Open(folder + "/" + r.Header.Get("X-Document"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer file.Close()
	_, _ = io.Copy(w, file)
}

func remove(w http.ResponseWriter, r *http.Request) {
	_ = os.Remove(fmt.Sprintf("%s/%s", folder, r.FormValue("name")))
	w.WriteHeader(http.StatusNoContent)
}

func inside(w http.ResponseWriter, r *http.Request) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer root.Close()
	file, err := root.Open(r.FormValue("name"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer file.Close()
	_, _ = io.Copy(w, file)
}

func form(w http.ResponseWriter, r *http.Request) {
	name, ok := forms[r.FormValue("kind")]
	if !ok {
		name = "lease.pdf"
	}
	body, _ := os.ReadFile(filepath.Join(folder, name))
	_, _ = w.Write(body)
}

func unpack(w http.ResponseWriter, r *http.Request) {
	archive, err := zip.OpenReader(filepath.Join(folder, "incoming.zip"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer archive.Close()
	for _, member := range archive.File {
		if !filepath.IsLocal(member.Name) {
			continue
		}
		out, err := os.Create(filepath.Join(folder, "unpacked", member.Name))
		if err == nil {
			out.Close()
		}
	}
}

func spool(w http.ResponseWriter, r *http.Request) {
	out, err := os.Create("/tmp/fleet-last-order")
	if err == nil {
		defer out.Close()
		_, _ = io.Copy(out, http.MaxBytesReader(w, r.Body, 1<<20))
	}
}

func spoolWell(w http.ResponseWriter, r *http.Request) {
	out, err := os.CreateTemp("", "fleet-*")
	if err == nil {
		defer out.Close()
		_, _ = io.Copy(out, http.MaxBytesReader(w, r.Body, 1<<20))
	}
}

func share(w http.ResponseWriter, r *http.Request) {
	_ = os.Chmod(filepath.Join(folder, filepath.Base(r.FormValue("name"))), 0o777)
	w.WriteHeader(http.StatusNoContent)
}

func keep(w http.ResponseWriter, r *http.Request) {
	_ = os.MkdirAll(filepath.Join(folder, "public"), 0o755)
	w.WriteHeader(http.StatusNoContent)
}

func hello(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, "<h1>Hello %s</h1>", r.FormValue("name"))
}

func box(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "<input name=q value='"+r.FormValue("q")+"'>")
}

func bye(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, "<h1>Bye %s</h1>", html.EscapeString(r.FormValue("name")))
}

func item(w http.ResponseWriter, r *http.Request) {
	_ = page.Execute(w, r.FormValue("name"))
}

func raw(w http.ResponseWriter, r *http.Request) {
	_ = page.Execute(w, template.HTML(r.FormValue("note")))
}

func write(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_ = letter.Execute(w, r.FormValue("name"))
}

func custom(w http.ResponseWriter, r *http.Request) {
	made, err := texttemplate.New("custom").Parse(r.FormValue("source"))
	if err == nil {
		_ = made.Execute(w, r)
	}
}

func after(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, r.FormValue("to"), http.StatusFound)
}

func leave(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Location", r.Header.Get("Referer"))
	w.WriteHeader(http.StatusSeeOther)
}

func home(w http.ResponseWriter, r *http.Request) {
	to := "/pages/hello"
	if strings.HasPrefix(r.FormValue("to"), "vehicles") {
		to = "/vehicles"
	}
	http.Redirect(w, r, to, http.StatusFound)
}
