package shop

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"text/template"

	"github.com/alessio/shellescape"
	"github.com/dop251/goja"
	"github.com/labstack/echo/v4"
)

var programs = map[string]string{"png": "optipng", "jpg": "jpegoptim"}

func ping(w http.ResponseWriter, r *http.Request) {
	host := r.URL.Query().Get("host")
	// ruleid: setpoint.go.command-injection
	exec.Command("sh", "-c", "ping -c 1 "+host).Run()
	// ruleid: setpoint.go.command-injection
	exec.CommandContext(r.Context(), "/bin/bash", "-c", fmt.Sprintf("ping -c 1 %s", host)).Run()
	// ruleid: setpoint.go.command-injection
	exec.Command(r.FormValue("program"), "-v").Run()
	// ok: setpoint.go.command-injection
	exec.Command("ping", "-c", "1", host).Run()
	// ok: setpoint.go.command-injection
	exec.Command("sh", "-c", "ping -c 1 "+shellescape.Quote(host)).Run()
	// ok: setpoint.go.command-injection
	exec.Command(programs[r.FormValue("kind")], "in.png").Run()
	// ok: setpoint.go.command-injection
	exec.Command("sh", "-c", "uptime").Run()
	if !slices.Contains([]string{"alpha", "beta"}, host) {
		return
	}
	// ok: setpoint.go.command-injection
	exec.Command("sh", "-c", "ping -c 1 "+host).Run()
}

func look(c echo.Context) error {
	// ruleid: setpoint.go.command-injection
	return exec.Command("sh", "-c", "nslookup "+c.QueryParam("name")).Run()
}

func pack(ctx context.Context, folder string, level int) error {
	// ruleid: setpoint.go.command-from-parameter
	exec.Command("sh", "-c", "tar czf /srv/out.tgz "+folder).Run()
	// ruleid: setpoint.go.command-from-parameter
	exec.CommandContext(ctx, "bash", "-c", fmt.Sprintf("du -s %s", folder)).Run()
	line := "rm -r " + folder
	// ruleid: setpoint.go.command-from-parameter
	exec.Command("/bin/sh", "-c", line).Run()
	// ok: setpoint.go.command-from-parameter
	exec.Command("tar", "czf", "/srv/out.tgz", folder).Run()
	// ok: setpoint.go.command-from-parameter
	exec.Command("sh", "-c", "tar czf /srv/out.tgz "+shellescape.Quote(folder)).Run()
	// ok: setpoint.go.command-from-parameter
	exec.Command("sh", "-c", fmt.Sprintf("nice -n %d make", level)).Run()
	// ok: setpoint.go.command-from-parameter
	return exec.Command("sh", "-c", "make clean").Run()
}

func greeting(w http.ResponseWriter, r *http.Request) {
	called := r.FormValue("name")
	// ruleid: setpoint.go.template-injection
	one, _ := template.New("one").Parse("Hello " + called)
	// ruleid: setpoint.go.template-injection
	two := template.Must(template.New("two").Parse(r.FormValue("template")))
	// ruleid: setpoint.go.template-injection
	three, _ := template.New("three").Funcs(functions).Parse(fmt.Sprintf("Hello %s", called))
	// ok: setpoint.go.template-injection
	four := template.Must(template.New("four").Parse("Hello {{.}}"))
	four.Execute(w, called)
	// ok: setpoint.go.template-injection
	five, _ := template.ParseFiles("greeting.txt")
	text, _ := os.ReadFile("greeting.txt")
	// ok: setpoint.go.template-injection
	six, _ := template.New("six").Parse(string(text))
	// ok: setpoint.go.template-injection
	seven, _ := template.New(called).Parse("Hello")
	use(one, two, three, five, six, seven)
}

func formula(w http.ResponseWriter, r *http.Request) {
	vm := goja.New()
	// ruleid: setpoint.go.code-injection
	vm.RunString(r.FormValue("formula"))
	// ruleid: setpoint.go.code-injection
	vm.RunScript("rule", "price * "+r.FormValue("factor"))
	// ok: setpoint.go.code-injection
	vm.RunString("1 + 1")
	// ok: setpoint.go.code-injection
	vm.Set("factor", r.FormValue("factor"))
	factor, _ := strconv.ParseFloat(r.FormValue("factor"), 64)
	// ok: setpoint.go.code-injection
	vm.RunString(fmt.Sprintf("price * %f", factor))
	// ok: setpoint.go.code-injection
	vm.RunString(formulas[r.FormValue("formula")])
}

func rule(vm *goja.Runtime, text string) {
	// ruleid: setpoint.go.code-injection
	vm.RunString(text)
}
