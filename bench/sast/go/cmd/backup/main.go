// Command backup copies what the fleet keeps; run by those who run the machine.
package main

import (
	"os"
	"os/exec"
)

func main() {
	backup(os.Args[1])
	listing(os.Args[2])
}

func backup(target string) {
	_ = exec.Command("sh", "-c", "tar cf "+target+" /srv/fleet").Run()
}

func listing(path string) {
	body, _ := os.ReadFile(path)
	_, _ = os.Stdout.Write(body)
}
