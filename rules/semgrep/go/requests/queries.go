package shop

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/antchfx/xmlquery"
	"github.com/gin-gonic/gin"
	"github.com/go-ldap/ldap/v3"
	"github.com/lib/pq"
	"go.mongodb.org/mongo-driver/bson"
)

var columns = map[string]string{"date": "created_at", "total": "amount"}
var name = regexp.MustCompile(`^[a-z]{1,20}$`)

func orders(w http.ResponseWriter, r *http.Request) {
	customer := r.URL.Query().Get("customer")
	// ruleid: setpoint.go.sql-injection
	db.Query("SELECT * FROM orders WHERE customer = '" + customer + "'")
	// ruleid: setpoint.go.sql-injection
	db.QueryContext(r.Context(), fmt.Sprintf("SELECT * FROM orders WHERE state = '%s'", r.FormValue("state")))
	var order Order
	json.NewDecoder(r.Body).Decode(&order)
	var text strings.Builder
	text.WriteString("DELETE FROM orders WHERE id = '" + order.ID + "'")
	// ruleid: setpoint.go.sql-injection
	db.Exec(text.String())
	// ok: setpoint.go.sql-injection
	db.Query("SELECT * FROM orders WHERE customer = $1", customer)
	// ok: setpoint.go.sql-injection
	db.Query("SELECT * FROM orders ORDER BY " + columns[r.FormValue("by")])
	number, err := strconv.Atoi(r.FormValue("page"))
	// ok: setpoint.go.sql-injection
	db.Query(fmt.Sprintf("SELECT * FROM orders LIMIT 10 OFFSET %d", number), err)
	// ok: setpoint.go.sql-injection
	db.Query("SELECT * FROM " + pq.QuoteIdentifier(r.FormValue("table")))
	state := r.FormValue("state")
	if !slices.Contains([]string{"open", "closed"}, state) {
		http.Error(w, "no state", http.StatusBadRequest)
		return
	}
	// ok: setpoint.go.sql-injection
	db.Query("SELECT * FROM orders WHERE state = '" + state + "'")
}

func customer(c *gin.Context) {
	// ruleid: setpoint.go.sql-injection
	db.Raw("SELECT * FROM customers WHERE name = '" + c.Param("name") + "'")
	var wanted Wanted
	if err := c.ShouldBindJSON(&wanted); err != nil {
		return
	}
	// ruleid: setpoint.go.sql-injection
	db.Where(fmt.Sprintf("name = '%s'", wanted.Name))
	// ok: setpoint.go.sql-injection
	db.Where("name = ?", wanted.Name)
}

type Customers struct{ db *sql.DB }

func (s *Customers) Find(ctx context.Context, called string) (*sql.Rows, error) {
	// ruleid: setpoint.go.sql-from-parameter
	return s.db.QueryContext(ctx, "SELECT id FROM customer WHERE name = '"+called+"'")
}

func (s *Customers) Rename(id int, called string) {
	// ruleid: setpoint.go.sql-from-parameter
	statement := fmt.Sprintf("UPDATE customer SET name = '%s' WHERE id = ?", called)
	s.db.Exec(statement, id)
}

func drop(table string) error {
	// ruleid: setpoint.go.sql-from-parameter
	_, err := db.Exec(fmt.Sprintf("DROP TABLE %s", table))
	return err
}

func (s *Customers) Page(number int) (*sql.Rows, error) {
	// ok: setpoint.go.sql-from-parameter
	return s.db.Query(fmt.Sprintf("SELECT id FROM customer LIMIT 10 OFFSET %d", number))
}

func (s *Customers) Run(statement string, values ...any) (*sql.Rows, error) {
	// ok: setpoint.go.sql-from-parameter
	return s.db.Query(statement, values...)
}

func (s *Customers) Named(called string) (*sql.Rows, error) {
	if !name.MatchString(called) {
		return nil, errNoName
	}
	// ok: setpoint.go.sql-from-parameter
	return s.db.Query("SELECT id FROM customer WHERE name = '" + called + "'")
}

func (s *Customers) Label(called string) string {
	// ok: setpoint.go.sql-from-parameter
	return "Select a customer like " + called
}

func (s *Customers) ByID(called string) (*sql.Rows, error) {
	// ok: setpoint.go.sql-from-parameter
	return s.db.Query("SELECT id FROM customer WHERE name = $1", called)
}

func documents(w http.ResponseWriter, r *http.Request) {
	called := r.FormValue("name")
	// ruleid: setpoint.go.nosql-injection
	users.Find(r.Context(), bson.M{"$where": "this.name == '" + called + "'"})
	// ruleid: setpoint.go.nosql-injection
	users.Find(r.Context(), bson.D{{"$where", fmt.Sprintf("this.name == '%s'", called)}})
	var filter bson.M
	// ruleid: setpoint.go.nosql-injection
	bson.UnmarshalExtJSON([]byte(r.FormValue("filter")), false, &filter)
	// ok: setpoint.go.nosql-injection
	users.Find(r.Context(), bson.M{"name": called})
	// ok: setpoint.go.nosql-injection
	users.Find(r.Context(), bson.D{{"name", called}})
	// ok: setpoint.go.nosql-injection
	users.Find(r.Context(), bson.M{"$where": "this.age > 18"})
	// ok: setpoint.go.nosql-injection
	bson.UnmarshalExtJSON([]byte(`{"a": 1}`), false, &filter)
}

func directory(called, unit string) {
	// ruleid: setpoint.go.ldap-injection
	search(fmt.Sprintf("(uid=%s)", called))
	// ruleid: setpoint.go.ldap-injection
	search("(&(objectClass=person)(cn=" + called + "))")
	// ruleid: setpoint.go.ldap-injection
	wanted := "(mail=" + called + ")"
	// ok: setpoint.go.ldap-injection
	search(fmt.Sprintf("(uid=%s)", ldap.EscapeFilter(called)))
	// ok: setpoint.go.ldap-injection
	search("(uid=admin)")
	// ok: setpoint.go.ldap-injection
	search(fmt.Sprintf("(uid=%d)", len(called)))
	if !slices.Contains([]string{"sales", "support"}, unit) {
		return
	}
	// ok: setpoint.go.ldap-injection
	search("(ou="+unit+")", wanted)
}

func userOf(document *xmlquery.Node, called string) {
	// ruleid: setpoint.go.xpath-injection
	xmlquery.Find(document, fmt.Sprintf("//user[@name='%s']", called))
	// ruleid: setpoint.go.xpath-injection
	xmlquery.FindOne(document, "//user[@name='"+called+"']")
	// ruleid: setpoint.go.xpath-injection
	xmlquery.QueryAll(document, called)
	// ok: setpoint.go.xpath-injection
	xmlquery.Find(document, "//user[@admin='1']")
	// ok: setpoint.go.xpath-injection
	xmlquery.Find(document, fmt.Sprintf("//user[%d]", len(called)))
	number, _ := strconv.Atoi(called)
	// ok: setpoint.go.xpath-injection
	xmlquery.Find(document, fmt.Sprintf("//user[%d]", number))
	if !name.MatchString(called) {
		return
	}
	// ok: setpoint.go.xpath-injection
	xmlquery.FindOne(document, "//user[@name='"+called+"']")
}
