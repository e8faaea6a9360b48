package api

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"go.uber.org/goleak"

	"causeway/db"
	"causeway/store"
)

func TestMain(m *testing.M) {
	var err error
	if emptyStore, err = makeStore(); err != nil {
		fmt.Fprintln(os.Stderr, "make a store:", err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// emptyStore is the file of a store in which nothing is yet. Every rig begins with
// a copy, since the schema takes longer to make than most tests.
var emptyStore []byte

func makeStore() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "api")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "store.db")
	s, err := store.Open(context.Background(), "sqlite:"+path, store.Options{Now: time.Now, IDs: db.NewIDs(0, time.Now), Log: logrus.New()})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
