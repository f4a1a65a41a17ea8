package shop

import (
	"encoding/xml"
	"net/http"
	// ruleid: setpoint.go.debugger-on
	_ "net/http/pprof"
	"os"
	"path/filepath"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/sessions"
	"github.com/gorilla/websocket"
	"github.com/lestrrat-go/libxml2/parser"
	"github.com/rs/cors"
)

func documents(data []byte) []any {
	// ruleid: setpoint.go.xml-external-entities
	one := parser.New(parser.XMLParseNoEnt)
	// ruleid: setpoint.go.xml-external-entities
	two := parser.New(parser.XMLParseNoEnt | parser.XMLParseNoBlanks)
	// ruleid: setpoint.go.xml-external-entities
	three := parser.New(parser.XMLParseDTDLoad)
	// ok: setpoint.go.xml-external-entities
	four := parser.New()
	// ok: setpoint.go.xml-external-entities
	five := parser.New(parser.XMLParseNoNet)
	// ok: setpoint.go.xml-external-entities
	six := xml.Unmarshal(data, &one)
	// ok: setpoint.go.xml-external-entities
	seven := xml.NewDecoder(nil)
	return []any{two, three, four, five, six, seven}
}

func routes(mux *http.ServeMux) {
	// ruleid: setpoint.go.debugger-on
	mux.HandleFunc("/debug/pprof/", profile)
	// ruleid: setpoint.go.debugger-on
	gin.SetMode(gin.DebugMode)
	// ok: setpoint.go.debugger-on
	gin.SetMode(gin.ReleaseMode)
	// ok: setpoint.go.debugger-on
	mux.HandleFunc("/orders", orders)
	// ok: setpoint.go.debugger-on
	mux.HandleFunc("/debug", orders)
	// ok: setpoint.go.debugger-on
	gin.SetMode(os.Getenv("GIN_MODE"))
}

func cookies(w http.ResponseWriter, c *gin.Context, value string) {
	// ruleid: setpoint.go.cookie-unprotected
	http.SetCookie(w, &http.Cookie{Name: "session", Value: value})
	// ruleid: setpoint.go.cookie-unprotected
	http.SetCookie(w, &http.Cookie{Name: "auth_token", Value: value, HttpOnly: true})
	// ruleid: setpoint.go.cookie-unprotected
	c.SetCookie("sid", value, 3600, "/", "", false, true)
	// ok: setpoint.go.cookie-unprotected
	http.SetCookie(w, &http.Cookie{Name: "session", Value: value, Secure: true, HttpOnly: true})
	// ok: setpoint.go.cookie-unprotected
	http.SetCookie(w, &http.Cookie{Name: "session", Value: value, HttpOnly: true, Path: "/", Secure: true})
	// ok: setpoint.go.cookie-unprotected
	http.SetCookie(w, &http.Cookie{Name: "language", Value: "en"})
	// ok: setpoint.go.cookie-unprotected
	c.SetCookie("session", value, 3600, "/", "", true, true)
	// ruleid: setpoint.go.cookie-protection-off
	one := http.Cookie{Name: "language", Value: "en", Secure: false}
	// ruleid: setpoint.go.cookie-protection-off
	two := &sessions.Options{Path: "/", HttpOnly: false}
	// ruleid: setpoint.go.cookie-protection-off
	one.HttpOnly = false
	// ok: setpoint.go.cookie-protection-off
	three := &sessions.Options{Path: "/", HttpOnly: true, Secure: true}
	// ok: setpoint.go.cookie-protection-off
	one.HttpOnly = true
	// ok: setpoint.go.cookie-protection-off
	four := http.Cookie{Name: "language", Value: "en", Secure: true}
	// ok: setpoint.go.cookie-protection-off
	five := Connection{Secure: false}
	use(two, three, four, five)
}

func origins(w http.ResponseWriter, r *http.Request) []any {
	// ruleid: setpoint.go.origins-unchecked
	one := websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return true }}
	// ruleid: setpoint.go.origins-unchecked
	two := cors.New(cors.Options{AllowedOrigins: []string{"*"}, AllowCredentials: true})
	// ruleid: setpoint.go.origins-unchecked
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	// ok: setpoint.go.origins-unchecked
	w.Header().Set("Access-Control-Allow-Origin", "https://example.org")
	// ok: setpoint.go.origins-unchecked
	three := websocket.Upgrader{ReadBufferSize: 1024}
	// ok: setpoint.go.origins-unchecked
	four := cors.New(cors.Options{AllowedOrigins: []string{"https://example.org"}, AllowCredentials: true})
	// ok: setpoint.go.origins-unchecked
	five := websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return known(r) }}
	return []any{one, two, three, four, five}
}

func files(path string, data []byte) {
	// ruleid: setpoint.go.open-to-everybody
	os.Chmod(path, 0o777)
	// ruleid: setpoint.go.open-to-everybody
	os.WriteFile(path, data, 0666)
	// ruleid: setpoint.go.open-to-everybody
	os.MkdirAll(path, os.ModePerm)
	// ok: setpoint.go.open-to-everybody
	os.Chmod(path, 0o600)
	// ok: setpoint.go.open-to-everybody
	os.WriteFile(path, data, 0644)
	// ok: setpoint.go.open-to-everybody
	os.MkdirAll(path, 0o755)
	// ok: setpoint.go.open-to-everybody
	os.OpenFile(path, os.O_RDONLY, 0)
	// ruleid: setpoint.go.temporary-file
	os.Create("/tmp/shop.txt")
	// ruleid: setpoint.go.temporary-file
	os.WriteFile(filepath.Join(os.TempDir(), "shop.txt"), data, 0o600)
	// ruleid: setpoint.go.temporary-file
	os.OpenFile("/tmp/shop.txt", os.O_CREATE|os.O_WRONLY, 0o600)
	// ok: setpoint.go.temporary-file
	os.CreateTemp("", "shop-*.txt")
	// ok: setpoint.go.temporary-file
	os.OpenFile("/tmp/shop.txt", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	// ok: setpoint.go.temporary-file
	os.ReadFile("/tmp/shop.txt")
	// ok: setpoint.go.temporary-file
	os.WriteFile("/srv/tmp/shop.txt", data, 0o600)
}
