package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"causeway/api"
	"causeway/bots"
	"causeway/config"
	"causeway/core"
	"causeway/db"
	"causeway/egress"
	"causeway/media"
	"causeway/store"
	"causeway/telemetry"

	"github.com/sirupsen/logrus"
	"golang.org/x/sync/errgroup"
)

// server is one running Causeway.
type server struct {
	log      *logrus.Logger
	now      func() time.Time // the nodes' common clock
	setup    atomic.Pointer[setup]
	client   *egress.Client
	store    *store.Store
	files    *media.Folder
	engine   *core.Engine
	handler  http.Handler
	draining atomic.Bool
}

// shutdownTime is for requests and work under way when we are told to stop. It
// ends before the ten seconds after which containers are killed.
const shutdownTime = 9 * time.Second

// newServer opens everything that the config names, and calls nobody. Either all
// of it is open, or none.
func newServer(ctx context.Context, c *config.Config, log *logrus.Logger) (_ *server, err error) {
	clock := db.NewClock(time.Now)
	s := &server{log: log, client: guarded(c), now: clock.Now}
	first, err := newSetup(c, s.client, s.now)
	if err != nil {
		return nil, err
	}
	s.setup.Store(first)
	s.files, err = media.Open(mediaDir(c), media.Options{MaxSize: int64(c.Media.MaxSize), TTL: c.Media.URLTTL, BaseURL: c.Server.PublicURL})
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	ids := db.NewIDs(0, clock.Now)
	s.store, err = store.Open(ctx, c.Store.URL, store.Options{
		Router: s, MediaURL: s.files.URL, Now: clock.Now, Clock: clock, Addr: nodeName(c), Writers: c.Store.Writers, IDs: ids, Log: log,
		Burst: s.burst, Resolved: func() string { return s.setup.Load().config.Texts.Resolved }, Desk: s.desk, Known: s.known,
		Fit:       func(ch core.ChannelID, say []core.Saying) []core.Spoken { return s.engine.Fit(ch, say) },
		Retention: c.Retention.Deliveries, TTL: c.OutboundTTL, Grace: shutdownTime,
	})
	if err != nil {
		return nil, err
	}
	metrics := telemetry.New()
	s.engine = core.NewEngine(core.Ports{
		Store: s.store, Shared: s.store.Shared(), Keeper: s.files, Submit: bots.NewSubmitter(s.client, clock.Now), Observer: metrics,
		Log: log, Now: clock.Now, NewID: ids.Next, Chance: rand.Float64,
	}, first.engine)
	s.handler = api.New(api.Options{
		Bridge: s.engine, Store: s.store, Directory: func() *api.Directory { return s.setup.Load().directory },
		Files: s.files, FileHeaders: media.ServeHeaders, Metrics: metrics.Handler(), Observer: metrics, Ready: s.ready, Away: s.store.Away,
		PublicURL: c.Server.PublicURL, Version: version, Log: log, Now: clock.Now,
	})
	return s, s.gauges(metrics)
}

// nodeName is what this process is called among the nodes of a store.
func nodeName(c *config.Config) string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return fmt.Sprintf("%s %s (process %d)", host, c.Server.Listen, os.Getpid())
}

// Route implements core.Router by the rules in force.
func (s *server) Route(a core.Asked) core.Decision { return s.setup.Load().rules.Route(a) }

// known reports whether an owner is one of the config's.
func (s *server) known(o core.Owner) bool {
	rules := s.setup.Load().rules
	switch o.Type {
	case core.AgentType:
		return rules.IsAgent(o.ID)
	case core.BotOwner:
		return rules.IsBot(o.ID)
	case core.TeamOwner:
		return rules.TeamExists(o.ID)
	case core.Nobody:
	}
	return true
}

// burst is how long a bot wants its messages gathered.
func (s *server) burst(bot string) time.Duration {
	for _, b := range s.setup.Load().config.Bots {
		if b.ID == bot {
			return b.Burst
		}
	}
	return 0
}

// desk is what is configured about agents' comings and goings.
func (s *server) desk() store.Desk {
	now := s.setup.Load()
	text := now.config.Texts.Queue
	return store.Desk{
		Agents: now.rules.AgentIDs(), OfflineAfter: now.config.Routing.OfflineAfter, ReassignAway: now.config.Routing.ReassignAway,
		Place: func(position int) string { return strings.ReplaceAll(text, "{position}", strconv.Itoa(position)) },
	}
}

// ready says why no work can be taken on.
func (s *server) ready(ctx context.Context) error {
	if s.draining.Load() {
		return errors.New("stopping")
	}
	if s.store.Away() {
		return errors.New("the database does not take anything from this node")
	}
	_, err := s.store.Log(ctx, 0, 1)
	return err
}

// serve takes requests on l and works, until ctx ends; then it finishes what is
// under way. It tells providers where webhooks go, aside.
func (s *server) serve(ctx context.Context, l net.Listener) error {
	srv := api.Server(l.Addr().String(), s.handler)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		err := s.engine.Run(ctx)
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return nil // told to stop before the work had begun
		}
		return err
	})
	group.Go(func() error {
		s.subscribe(ctx)
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		s.draining.Store(true)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		if err := srv.Shutdown(end); err != nil {
			return errors.Join(fmt.Errorf("shut down: %w", err), srv.Close())
		}
		return nil
	})
	return group.Wait()
}

// subscribe sets the webhooks of the providers that are to be told at each start,
// best effort. The others are set by causeway check -fix, or by hand.
func (s *server) subscribe(ctx context.Context) {
	now := s.setup.Load()
	for id, ch := range now.engine.Channels {
		subscriber, ok := ch.Connector.(core.Subscriber)
		if !ok || !ch.Kind.Subscribes {
			continue
		}
		err := subscribe(ctx, subscriber, now.config.Server.PublicURL, id)
		log := s.log.WithField("channel", id)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.WithError(err).Warn("the provider's webhook could not be set; see causeway check")
		default:
			log.Info("the provider knows how we hear from it")
		}
	}
}

// reload swaps everything that the config makes, all or nothing. What is opened
// once stays as it was at the start: listener, store, media, log.
func (s *server) reload(c *config.Config) error {
	next, err := newSetup(c, guarded(c), s.now)
	if err != nil {
		return err
	}
	s.setup.Store(next)
	s.engine.Swap(next.engine)
	return nil
}

func (s *server) close() error {
	var errs []error
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(append(errs, s.files.Close())...)
}
