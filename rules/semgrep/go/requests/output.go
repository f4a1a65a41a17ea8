package shop

import (
	"fmt"
	"html"
	"html/template"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

var homes = map[string]string{"shop": "/shop", "help": "/help"}

func hello(w http.ResponseWriter, r *http.Request) {
	called := r.URL.Query().Get("name")
	// ruleid: setpoint.go.cross-site-scripting
	fmt.Fprintf(w, "<p>Hello %s</p>", called)
	// ruleid: setpoint.go.cross-site-scripting
	io.WriteString(w, "<p>Hello "+r.FormValue("name")+"</p>")
	// ruleid: setpoint.go.cross-site-scripting
	w.Write([]byte("<b>" + called))
	// ruleid: setpoint.go.cross-site-scripting
	pages.Execute(w, template.HTML(called))
	// ok: setpoint.go.cross-site-scripting
	fmt.Fprintf(w, "<p>Hello %s</p>", html.EscapeString(called))
	// ok: setpoint.go.cross-site-scripting
	pages.Execute(w, called)
	// ok: setpoint.go.cross-site-scripting
	fmt.Fprintf(w, "<p>%d</p>", len(called))
	// ok: setpoint.go.cross-site-scripting
	w.Write([]byte("<p>Hello</p>"))
}

func plain(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	// ok: setpoint.go.cross-site-scripting
	io.WriteString(w, "Hello "+r.FormValue("name"))
}

func label(text string, number int) []template.HTML {
	return []template.HTML{
		// ruleid: setpoint.go.markup-from-parameter
		template.HTML("<b>" + text + "</b>"),
		// ruleid: setpoint.go.markup-from-parameter
		template.HTML(text),
		// ruleid: setpoint.go.markup-from-parameter
		template.HTML(fmt.Sprintf("<i>%s</i>", text)),
		// ok: setpoint.go.markup-from-parameter
		template.HTML("<b>" + html.EscapeString(text) + "</b>"),
		// ok: setpoint.go.markup-from-parameter
		template.HTML("<hr>"),
		// ok: setpoint.go.markup-from-parameter
		template.HTML(fmt.Sprintf("<b>%d</b>", number)),
		// ok: setpoint.go.markup-from-parameter
		template.HTML(policy.Sanitize(text)),
	}
}

func login(w http.ResponseWriter, r *http.Request) {
	target := r.FormValue("next")
	// ruleid: setpoint.go.open-redirect
	http.Redirect(w, r, target, http.StatusFound)
	// ruleid: setpoint.go.open-redirect
	w.Header().Set("Location", "https://"+r.URL.Query().Get("host"))
	// ok: setpoint.go.open-redirect
	http.Redirect(w, r, "/orders/"+r.FormValue("id"), http.StatusFound)
	// ok: setpoint.go.open-redirect
	http.Redirect(w, r, homes[r.FormValue("home")], http.StatusFound)
	// ok: setpoint.go.open-redirect
	http.Redirect(w, r, fmt.Sprintf("https://example.org/search?q=%s", r.FormValue("q")), http.StatusFound)
	parsed, err := url.Parse(target)
	if err != nil || parsed.Host != "" {
		return
	}
	// ok: setpoint.go.open-redirect
	http.Redirect(w, r, target, http.StatusFound)
}

func out(c *gin.Context) {
	// ruleid: setpoint.go.open-redirect
	c.Redirect(http.StatusFound, c.Query("to"))
}

func search(w http.ResponseWriter, r *http.Request) {
	query := r.FormValue("query")
	// ruleid: setpoint.go.log-injection
	log.Printf("somebody looks for %s", query)
	// ruleid: setpoint.go.log-injection
	log.Println("nothing was found for " + query)
	// ruleid: setpoint.go.log-injection
	logger.Infof("looking for %s failed", r.FormValue("query"))
	// ok: setpoint.go.log-injection
	log.Printf("somebody looks for %q", query)
	// ok: setpoint.go.log-injection
	slog.Info("somebody looks for something", "query", query)
	// ok: setpoint.go.log-injection
	log.Println("somebody looks for " + strings.ReplaceAll(query, "\n", " "))
	// ok: setpoint.go.log-injection
	log.Printf("somebody looks for %d things", len(query))
}
