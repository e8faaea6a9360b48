package db_test

import (
	"testing"

	"causeway/db"
	"causeway/db/dbtest"
)

// The primary may be asked for in the address by either of its names: also what
// reads finds it, on connections on which nothing can be written.
func TestAddressAsksForThePrimary(t *testing.T) {
	if !dbtest.IsPostgres() {
		t.Skip("about PostgreSQL")
	}
	for _, want := range []string{"primary", "read-write"} {
		address := dbtest.URL(t) + "&target_session_attrs=" + want
		d, err := db.Open(t.Context(), address, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var one int
		if err := d.Row(t.Context(), `SELECT 1`, nil, &one); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}
