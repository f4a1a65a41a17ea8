// Package tools talks to programs, neighbours and the directory.
package tools

import (
	"crypto/tls"
	"encoding/gob"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"

	"github.com/antchfx/xmlquery"
	"github.com/go-ldap/ldap/v3"

	"example.org/fleet/keys"
)

var hosts = map[string]bool{"hooks.fleet.example": true}
var plan *xmlquery.Node
var directory *ldap.Conn

// Register adds the routes.
func Register(mux *http.ServeMux) {
	for path, handler := range map[string]http.HandlerFunc{
		"/tools/ping": ping, "/tools/pack": pack, "/tools/version": version, "/tools/show": show, "/tools/copies": copies,
		"/tools/preview": preview, "/tools/callback": callBack, "/tools/hook": hook, "/tools/weather": weather, "/tools/partner": partner,
		"/tools/partner/checked": partnerChecked, "/tools/login": login, "/tools/login/strict": strictLogin, "/tools/theme": theme,
		"/tools/people": people, "/tools/people/escaped": peopleEscaped, "/tools/room": room, "/tools/floor": floor,
		"/tools/invoice": invoice, "/tools/state": state, "/tools/program": program,
	} {
		mux.HandleFunc(path, handler)
	}
}

func ping(w http.ResponseWriter, r *http.Request) {
	out, _ := exec.Command("sh", "-c", "ping -c 1 "+r.FormValue("host")).Output()
	_, _ = fmt.Fprintf(w, "%d bytes", len(out))
}

func pack(w http.ResponseWriter, r *http.Request) {
	command := fmt.Sprintf("tar cf /dev/null %s", r.FormValue("name"))
	_ = exec.CommandContext(r.Context(), "/bin/bash", "-c", command).Run()
}

func program(w http.ResponseWriter, r *http.Request) {
	_ = exec.Command(r.Header.Get("X-Program"), "--version").Run()
}

func version(w http.ResponseWriter, r *http.Request) {
	_ = exec.Command("sh", "-c", "uname -a").Run()
}

func show(w http.ResponseWriter, r *http.Request) {
	_ = exec.Command("echo", "--", r.FormValue("text")).Run()
}

func copies(w http.ResponseWriter, r *http.Request) {
	count, _ := strconv.Atoi(r.FormValue("count"))
	_ = exec.Command("sh", "-c", fmt.Sprintf("echo %d", count)).Run()
}

func preview(w http.ResponseWriter, r *http.Request) {
	answer, err := http.Get(r.FormValue("url"))
	if err == nil {
		answer.Body.Close()
	}
}

func callBack(w http.ResponseWriter, r *http.Request) {
	wanted, _ := http.NewRequestWithContext(r.Context(), http.MethodPost, "https://"+r.FormValue("host")+"/done", nil)
	if answer, err := http.DefaultClient.Do(wanted); err == nil {
		answer.Body.Close()
	}
}

func hook(w http.ResponseWriter, r *http.Request) {
	parsed, err := url.Parse(r.FormValue("url"))
	if err != nil || parsed.Scheme != "https" || !hosts[parsed.Host] {
		http.Error(w, "no such host", http.StatusBadRequest)
		return
	}
	if answer, err := http.Get(parsed.String()); err == nil {
		answer.Body.Close()
	}
}

func weather(w http.ResponseWriter, r *http.Request) {
	answer, err := http.Get("https://weather.fleet.example/v1/" + url.PathEscape(r.FormValue("city")))
	if err == nil {
		answer.Body.Close()
	}
}

func partner(w http.ResponseWriter, r *http.Request) {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	client := &http.Client{Transport: transport}
	if answer, err := client.Get("https://partner.fleet.example/"); err == nil {
		answer.Body.Close()
	}
}

func partnerChecked(w http.ResponseWriter, r *http.Request) {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: false, MinVersion: tls.VersionTLS12}}
	client := &http.Client{Transport: transport}
	if answer, err := client.Get("https://partner.fleet.example/"); err == nil {
		answer.Body.Close()
	}
}

func login(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "session", Value: keys.Session() + keys.Digest(r.FormValue("password"))})
}

func strictLogin(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "session", Value: keys.Invitation(), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func theme(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "theme", Value: "dark"})
	_, _ = fmt.Fprint(w, keys.ETag([]byte("page")), keys.Shard("A1"), keys.Lane([]string{"a", "b"}), keys.Jitter(10), len(keys.Fields()))
	_, _ = fmt.Fprint(w, keys.Signature(r.FormValue("driver")), keys.Code())
}

func people(w http.ResponseWriter, r *http.Request) {
	filter := fmt.Sprintf("(cn=%s)", r.FormValue("name"))
	_, _ = directory.Search(ldap.NewSearchRequest("o=fleet", ldap.ScopeWholeSubtree, 0, 0, 0, false, filter, nil, nil))
}

func peopleEscaped(w http.ResponseWriter, r *http.Request) {
	filter := fmt.Sprintf("(cn=%s)", ldap.EscapeFilter(r.FormValue("name")))
	_, _ = directory.Search(ldap.NewSearchRequest("o=fleet", ldap.ScopeWholeSubtree, 0, 0, 0, false, filter, nil, nil))
}

func room(w http.ResponseWriter, r *http.Request) {
	_, _ = xmlquery.Query(plan, "//room[@name='"+r.FormValue("name")+"']")
}

func floor(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.FormValue("floor"))
	_, _ = xmlquery.Query(plan, fmt.Sprintf("//room[@floor='%d']", number))
}

func invoice(w http.ResponseWriter, r *http.Request) {
	var document struct{ Number string }
	_ = xml.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&document)
	sealed, _ := keys.Seal([]byte(os.Getenv("SEAL")), []byte("12345678"))
	_, _ = w.Write(sealed)
}

func state(w http.ResponseWriter, r *http.Request) {
	file, err := os.Open("/srv/fleet/state.gob")
	if err != nil {
		return
	}
	defer file.Close()
	var counts map[string]int
	_ = gob.NewDecoder(file).Decode(&counts)
}
