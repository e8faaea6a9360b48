package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"causeway/config"
	"causeway/core"
	"causeway/egress"
	"causeway/store"
)

// byHand is the code of a fault that says what nobody but a person can set.
const byHand = "by_hand"

// check looks at a config, its store and each provider's credentials, tells all
// of it, and exits 1 if anything is wrong. It changes nothing, unless -fix has it
// set the providers' webhooks where they differ.
func check(ctx context.Context, std streams, args []string) error {
	f := flags(std, "check")
	path := f.String("config", "", "the config file")
	fix := f.Bool("fix", false, "set the providers' webhooks where they differ")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := loadConfig(*path)
	if err != nil {
		return err
	}
	s, err := newSetup(c, guarded(c), time.Now)
	if err != nil {
		return err
	}
	failed := false
	say := func(what string, err error) {
		switch f := core.FaultOf(err); {
		case err == nil:
			fmt.Fprintf(std.out, "ok     %s\n", what)
		case f.Code == byHand:
			fmt.Fprintf(std.out, "TO DO  %-28s %s\n", what, f.Message)
		default:
			failed = true
			fmt.Fprintf(std.out, "WRONG  %-28s %s\n", what, inWords(err))
		}
	}
	say("config", nil)
	say("store", store.Check(ctx, c.Store.URL))
	for _, ch := range c.Channels {
		if subscriber, ok := s.engine.Channels[ch.ID].Connector.(core.Subscriber); ok && *fix {
			say("webhook of "+string(ch.ID), subscribe(ctx, subscriber, c.Server.PublicURL, ch.ID))
		}
		say("channel "+string(ch.ID)+" ("+ch.Kind.Name+")", checkChannel(ctx, s.engine.Channels[ch.ID]))
	}
	for _, b := range c.Bots {
		say("bot "+b.ID, checkBot(ctx, c, b))
	}
	if failed {
		return errReported
	}
	return nil
}

// inWords is an error for people: of a fault what is wrong, and the provider's own
// code to look up. How a message would fare is of no concern here.
func inWords(err error) string {
	var f *core.Fault
	if !errors.As(err, &f) || f.Message == "" {
		return err.Error()
	}
	text := f.Message
	if f.Err != nil {
		text += ": " + f.Err.Error()
	}
	if _, err := strconv.Atoi(f.Code); err == nil {
		text += " (code " + f.Code + ")"
	}
	return strings.Replace(err.Error(), f.Error(), text, 1)
}

func checkChannel(ctx context.Context, ch core.Channel) error {
	checker, ok := ch.Connector.(core.Checker)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return checker.Check(ctx)
}

// subscribe sets the provider's webhook where it differs.
func subscribe(ctx context.Context, s core.Subscriber, publicURL string, id core.ChannelID) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return s.Subscribe(ctx, publicURL+"/webhooks/"+string(id))
}

// checkBot only looks whether anybody listens: a bot that is asked may act.
func checkBot(ctx context.Context, c *config.Config, b config.Bot) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, b.URL, nil)
	if err != nil {
		return fmt.Errorf("its url makes no request: %w", err)
	}
	resp, err := guarded(c).Do(req)
	switch {
	case errors.Is(err, egress.ErrForbidden):
		return errors.New("its address is not public, and egress.allow_private does not let it through")
	case err != nil:
		return fmt.Errorf("cannot be reached: %w", err)
	}
	return errors.Join(resp.Body.Close())
}
