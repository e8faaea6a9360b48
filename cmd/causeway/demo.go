package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"causeway/bots"
	"causeway/config"
	"causeway/connectors"
	"causeway/connectors/kit"
	"causeway/egress"
	"causeway/simulator"

	"github.com/sirupsen/logrus"
)

// demoAddress is where the demo serves if nobody else does.
const demoAddress = "127.0.0.1:8080"

// demo runs the whole of Causeway against simulated providers in a temporary
// folder: real wire formats, signed webhooks, a bot behind its own listener. It
// plays a script, and then serves on for whoever wants to try more.
func demo(ctx context.Context, std streams, args []string) (err error) {
	f := flags(std, "demo")
	exit := f.Bool("exit", false, "end after the script; the status is 1 if any step failed")
	addr := f.String("addr", demoAddress, "where to serve; a free port is taken if this one is not free")
	verbose := f.Bool("v", false, "log what the server does")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	w, err := openWorld(ctx, *addr, demoLog(std, *verbose))
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- w.server.serve(running, w.listener) }()
	defer func() {
		stop()
		err = errors.Join(err, <-served, w.close())
	}()
	p := &play{w: w, out: std.out}
	failed := p.run(ctx)
	if *exit || ctx.Err() != nil {
		return failed
	}
	p.whatNext(failed)
	select {
	case <-ctx.Done():
	case err := <-served:
		served <- nil
		return err
	}
	return nil
}

func demoLog(std streams, verbose bool) *logrus.Logger {
	log := newLog(config.Log{Level: "info", Format: "text"}, std.err)
	if !verbose {
		log.SetOutput(io.Discard)
	}
	return log
}

// world is a Causeway with everything that it needs around it.
type world struct {
	dir      string
	config   *config.Config
	server   *server
	listener net.Listener
	sim      *simulator.Simulator
	bot      *http.Server
	url      string
	admin    string // API keys
	ann      string
	telegram *simulator.TelegramPerson
	whatsapp *simulator.WhatsAppPerson
}

// openWorld opens all of it, or nothing.
func openWorld(ctx context.Context, addr string, log *logrus.Logger) (_ *world, err error) {
	w := &world{admin: rand.Text(), ann: rand.Text()}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.dir, err = os.MkdirTemp("", "causeway-demo-"); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	if w.sim, err = simulator.Start(simulator.Options{}); err != nil {
		return nil, fmt.Errorf("start the simulated providers: %w", err)
	}
	if w.listener, err = listenNear(ctx, addr); err != nil {
		return nil, err
	}
	w.url = "http://" + w.listener.Addr().String()
	botURL, err := w.startBot(ctx)
	if err != nil {
		return nil, err
	}
	secrets := w.people()
	text := demoConfig(w, botURL)
	lookup := func(name string) (string, bool) { v, ok := secrets[name]; return v, ok }
	if w.config, err = config.Load([]byte(text), lookup, connectors.Kinds(kit.Env{HTTP: egress.New(egress.Options{})})); err != nil {
		return nil, fmt.Errorf("the demo's config: %w", err)
	}
	w.server, err = newServer(ctx, w.config, log)
	return w, err
}

// listenNear listens on addr, or on a free port of the same host.
func listenNear(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err == nil {
		return l, nil
	}
	host, _, splitErr := net.SplitHostPort(addr)
	if splitErr != nil {
		return nil, fmt.Errorf("-addr must be HOST:PORT, such as %s", demoAddress)
	}
	if l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, "0")); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// startBot puts the demo bot, with the pictures that it shows, behind a listener
// of its own, as any customer's bot is.
func (w *world) startBot(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen for the bot: %w", err)
	}
	base := "http://" + l.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("/bot", bots.Demo(base+"/pictures"))
	mux.HandleFunc("/pictures/", picture)
	w.bot = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = w.bot.Serve(l) }() // ends with Close
	return base + "/bot", nil
}

// people registers the accounts and the persons, and returns the secrets that
// the config names.
func (w *world) people() map[string]string {
	secrets := map[string]string{
		"ADMIN_KEY": w.admin, "ANN_KEY": w.ann, "TG_TOKEN": "7000000001:" + rand.Text(), "TG_SECRET": rand.Text(),
		"WA_TOKEN": rand.Text(), "WA_APP_SECRET": rand.Text(), "WA_VERIFY_TOKEN": rand.Text(), "BOT_TOKEN": rand.Text(),
		"BOT_SECRET": "whsec_Y2F1c2V3YXktZGVtby1jYXVzZXdheS1kZW1v",
	}
	bot := w.sim.Telegram(simulator.TelegramBot{Token: secrets["TG_TOKEN"], Username: "cafe_bot", Name: "Café"})
	w.telegram = bot.Person(simulator.TelegramUser{ID: 5512345678, FirstName: "Zoë", Language: "en"})
	number := w.sim.WhatsApp(simulator.WhatsAppNumber{
		PhoneNumberID: "1065", DisplayPhone: "15550102030", VerifiedName: "Café", AccessToken: secrets["WA_TOKEN"],
		AppSecret: secrets["WA_APP_SECRET"], VerifyToken: secrets["WA_VERIFY_TOKEN"], WebhookURL: w.url + "/webhooks/whatsapp",
	})
	w.whatsapp = number.Person(simulator.WhatsAppUser{Phone: "4915112345678", UserID: "DE.92817465510283746501", Name: "Lena"})
	return secrets
}

func demoConfig(w *world, botURL string) string {
	return fmt.Sprintf(`
app_id: demo
server: {listen: %q, public_url: %q}
store: {url: "sqlite:%s"}
media: {url: "file:%s"}
api_keys:
  - {name: admin, key: "${ADMIN_KEY}", role: admin}
  - {name: ann, key: "${ANN_KEY}", role: agent, agent: ann@example.com}
channels:
  - {id: telegram, kind: telegram, token: "${TG_TOKEN}", secret: "${TG_SECRET}", api_url: "%s/telegram"}
  - {id: whatsapp, kind: whatsapp-cloud, phone_number_id: "1065", access_token: "${WA_TOKEN}", app_secret: "${WA_APP_SECRET}", verify_token: "${WA_VERIFY_TOKEN}", api_url: "%s/graph"}
agents: [{id: ann@example.com, name: Ann, role: admin}]
bots:
  - {id: helper, name: Café, url: %q, header: {name: X-Token, value: "${BOT_TOKEN}"}, secret: "${BOT_SECRET}"}
routing: {assignment: automatic, default_agent: ann@example.com, new_conversations_to_bot: helper}
egress: {allow_private: ["127.0.0.0/8"]}
`, w.listener.Addr().String(), w.url, filepath.Join(w.dir, "causeway.db"), filepath.Join(w.dir, "media"), w.sim.URL(), w.sim.URL(), botURL)
}

func (w *world) close() error {
	var errs []error
	if w.server != nil {
		errs = append(errs, w.server.close())
	}
	if w.sim != nil {
		errs = append(errs, w.sim.Close())
	}
	if w.bot != nil {
		errs = append(errs, w.bot.Close())
	}
	if w.listener != nil && w.server == nil {
		errs = append(errs, w.listener.Close())
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}
