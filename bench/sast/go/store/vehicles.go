// Package store keeps vehicles.
package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strconv"
	"strings"
)

// Vehicles answers requests from the database.
type Vehicles struct {
	Database *sql.DB
}

var sortable = map[string]string{"plate": "plate", "age": "built"}

// Search finds vehicles by a part of their plate.
func (v *Vehicles) Search(w http.ResponseWriter, r *http.Request) {
	log.Print("search for " + r.URL.Query().Get("q"))
	rows, err := v.Database.Query("SELECT id FROM vehicles WHERE plate LIKE '%" + r.URL.Query().Get("q") + "%'")
	answer(w, rows, err)
}

// Sorted lists vehicles in the order that was asked for.
func (v *Vehicles) Sorted(w http.ResponseWriter, r *http.Request) {
	statement := fmt.Sprintf("SELECT id FROM vehicles ORDER BY %s", r.FormValue("by"))
	rows, err := v.Database.QueryContext(r.Context(), statement)
	answer(w, rows, err)
}

// SortedByKnown lists vehicles by one of the columns that are known.
func (v *Vehicles) SortedByKnown(w http.ResponseWriter, r *http.Request) {
	column, ok := sortable[r.FormValue("by")]
	if !ok {
		column = "id"
	}
	rows, err := v.Database.Query(fmt.Sprintf("SELECT id FROM vehicles ORDER BY %s", column))
	answer(w, rows, err)
}

// One finds a vehicle by its plate.
func (v *Vehicles) One(w http.ResponseWriter, r *http.Request) {
	log.Printf("vehicle %q", r.FormValue("plate"))
	const columns = "id, plate"
	rows, err := v.Database.Query("SELECT "+columns+" FROM vehicles WHERE plate = $1", r.FormValue("plate"))
	answer(w, rows, err)
}

// Number finds a vehicle by its number.
func (v *Vehicles) Number(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.FormValue("number"))
	if err != nil {
		http.Error(w, "not a number", http.StatusBadRequest)
		return
	}
	rows, err := v.Database.Query(fmt.Sprintf("SELECT id FROM vehicles WHERE id = %d", number))
	answer(w, rows, err)
}

// Rename gives a vehicle another name.
func (v *Vehicles) Rename(w http.ResponseWriter, r *http.Request) {
	var wanted struct{ ID, Name string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&wanted); err != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	parts := []string{"UPDATE vehicles SET name = '", wanted.Name, "' WHERE id = '", wanted.ID, "'"}
	_, err := v.Database.Exec(strings.Join(parts, ""))
	answer(w, nil, err)
}

func (v *Vehicles) purge(table string) {
	_, _ = v.Database.Exec("DELETE FROM " + table)
}

func answer(w http.ResponseWriter, rows *sql.Rows, err error) {
	if err != nil {
		http.Error(w, fmt.Sprintf("database: %+v", err), http.StatusInternalServerError)
		return
	}
	if rows != nil {
		defer rows.Close()
	}
	w.WriteHeader(http.StatusOK)
}
