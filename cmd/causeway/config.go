package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"causeway/config"
	"causeway/connectors"
	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"

	"github.com/sirupsen/logrus"
)

// loadConfig reads and checks the file at path.
func loadConfig(path string) (*config.Config, error) {
	if path == "" {
		return nil, errors.New("-config is missing: name a file; “causeway example” prints one to begin with")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read config: %w", err)
	}
	// The kinds are asked for their settings only; calls are made by others.
	c, err := config.Load(data, os.LookupEnv, connectors.Kinds(kit.Env{HTTP: egress.New(egress.Options{})}))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// storedConfig is loadConfig for commands that only read the store, which must be
// there.
func storedConfig(path string) (*config.Config, error) {
	c, err := loadConfig(path)
	if err != nil {
		return nil, err
	}
	file, isFile := strings.CutPrefix(c.Store.URL, "sqlite:")
	if _, err := os.Stat(file); isFile && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no store at %s yet; causeway serve makes it", file)
	}
	return c, nil
}

// kinds is every kind of channel, calling out by the config's rules.
func kinds(c *config.Config, now func() time.Time) []core.Kind {
	return connectors.Kinds(kit.Env{HTTP: guarded(c), Now: now, PublicURL: c.Server.PublicURL})
}

// guarded is the client for all calls that leave.
func guarded(c *config.Config) *egress.Client {
	return egress.New(egress.Options{AllowPrivate: c.Egress.AllowPrivate, UserAgent: "Causeway/" + version})
}

// mediaDir is the folder of the config's media.url.
func mediaDir(c *config.Config) string {
	return filepath.Clean(strings.TrimPrefix(c.Media.URL, "file:"))
}

// newLog writes to w as the config says.
func newLog(c config.Log, w io.Writer) *logrus.Logger {
	log := logrus.New()
	log.SetOutput(w)
	if c.Format == "json" {
		log.SetFormatter(&logrus.JSONFormatter{})
	} else {
		log.SetFormatter(&logrus.TextFormatter{FullTimestamp: true})
	}
	if level, err := logrus.ParseLevel(c.Level); err == nil {
		log.SetLevel(level)
	}
	return log
}

func example(_ context.Context, std streams, args []string) error {
	if err := parse(flags(std, "example"), args, 0); err != nil {
		return err
	}
	_, err := std.out.Write(config.Example)
	return err
}
