// Command fleet serves the vehicles of a company.
package main

import (
	"database/sql"
	"net/http"
	_ "net/http/pprof"
	"os"

	"example.org/fleet/files"
	"example.org/fleet/store"
	"example.org/fleet/tools"
)

func main() {
	database, err := sql.Open("postgres", os.Getenv("DATABASE_URL"))
	if err != nil {
		panic(err)
	}
	vehicles := &store.Vehicles{Database: database}
	http.HandleFunc("/vehicles", vehicles.Search)
	http.HandleFunc("/vehicles/sorted", vehicles.Sorted)
	http.HandleFunc("/vehicles/known", vehicles.SortedByKnown)
	http.HandleFunc("/vehicles/one", vehicles.One)
	http.HandleFunc("/vehicles/number", vehicles.Number)
	http.HandleFunc("/vehicles/rename", vehicles.Rename)
	files.Register(http.DefaultServeMux)
	tools.Register(http.DefaultServeMux)
	if err := http.ListenAndServe("127.0.0.1:8080", nil); err != nil {
		panic(err)
	}
}
