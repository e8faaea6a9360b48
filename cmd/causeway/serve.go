package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/sirupsen/logrus"
)

// serve runs the server of a config until it is told to stop. SIGHUP reads the
// config again: all of it is taken over, or nothing and the reason is logged.
func serve(ctx context.Context, std streams, args []string) error {
	f := flags(std, "serve")
	path := f.String("config", "", "the config file")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := loadConfig(*path)
	if err != nil {
		return err
	}
	log := newLog(c.Log, std.err)
	s, err := newServer(ctx, c, log)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Server.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("listen: %w", err), s.close())
	}
	log.WithFields(logrus.Fields{"address": l.Addr().String(), "public_url": c.Server.PublicURL, "channels": len(c.Channels)}).Info("causeway serves")
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go s.onHangup(ctx, hup, *path)
	return errors.Join(s.serve(ctx, l), s.close())
}

func (s *server) onHangup(ctx context.Context, hup <-chan os.Signal, path string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
		}
		c, err := loadConfig(path)
		if err == nil {
			err = s.reload(c)
		}
		if err != nil {
			s.log.WithError(err).Error("the config was not taken over; the old one stays in force")
			continue
		}
		s.log.WithField("channels", len(c.Channels)).Info("the config was taken over")
		s.subscribe(ctx)
		if err := s.store.RulesChanged(ctx); err != nil {
			s.log.WithError(err).Warn("those who wait are looked at half a minute later")
		}
		if err := s.engine.Poll(ctx); err != nil {
			s.log.WithError(err).Error("channels that became polled are not polled before the next start")
		}
	}
}
