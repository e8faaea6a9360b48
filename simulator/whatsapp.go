package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const kindWhatsApp = "whatsapp"

// WhatsAppNumber describes a business phone number at the Cloud API.
type WhatsAppNumber struct {
	PhoneNumberID string
	DisplayPhone  string // digits
	VerifiedName  string
	WABA          string // WhatsApp Business Account id; "waba-" + PhoneNumberID if empty
	AccessToken   string
	AppSecret     string
	VerifyToken   string
	WebhookURL    string // loopback; may follow by SetWebhook
	// Templates that Meta approved. Nil lets every name and any parameters pass.
	Templates []WhatsAppTemplate
	// Statuses are how the number tells what became of a message.
	Statuses StatusPlan
	// Limits are the number's rate limits; zero is none.
	Limits WhatsAppLimits
}

// WhatsAppTemplate is an approved template.
type WhatsAppTemplate struct {
	Name, Language string
	Body           string   // with {{1}} or {{name}}
	Buttons        []string // labels of its quick replies, by index
}

// StatusPlan says how status webhooks come. Meta promises no order and may
// leave delivered out.
type StatusPlan struct {
	Off           bool // none at all, as if they were lost
	Disorder      bool // delivered is told before sent
	BeforeAnswer  bool // sent is told before the send call is answered
	SkipDelivered bool // a read without a delivered
	// Late tells a closed window (131047) and an unknown recipient (131026) by
	// a failed status, after a 200, as Meta also does.
	Late bool
}

// WhatsAppLimits are Meta's rate limits (Cloud API, Throughput): per number a
// second, and per pair of number and person with a burst.
type WhatsAppLimits struct {
	PerSecond int
	PairEvery time.Duration // 6 s at Meta
	PairBurst int           // 45 at Meta
}

// Number is one business number's account at the simulated Cloud API.
type Number struct {
	s   *Simulator
	opt WhatsAppNumber
	box *outbox
	seq atomic.Int64 // of message and media ids
	url atomic.Pointer[string]

	mu     sync.Mutex // guards what follows
	plan   StatusPlan
	limits WhatsAppLimits
	all    *bucket
	pairs  map[string]*bucket
	people map[string]*WhatsAppPerson // by phone and by user id
	sent   map[string]*WhatsAppPerson // by wamid: whose screen shows it
	held   *batch                     // nil: webhooks go out singly
}

type whatsappCloud struct {
	s       *Simulator
	mu      sync.Mutex
	numbers map[string]*Number
}

func newWhatsAppCloud(s *Simulator) *whatsappCloud {
	return &whatsappCloud{s: s, numbers: map[string]*Number{}}
}

// WhatsApp registers a number; an id that is known returns the number it has.
func (s *Simulator) WhatsApp(o WhatsAppNumber) *Number {
	c := s.whatsapp
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := c.numbers[o.PhoneNumberID]; n != nil {
		return n
	}
	if o.WABA == "" {
		o.WABA = "waba-" + o.PhoneNumberID
	}
	if o.VerifiedName == "" {
		o.VerifiedName = "Business " + o.DisplayPhone
	}
	n := &Number{s: s, opt: o, box: newOutbox(s, 40), plan: o.Statuses, people: map[string]*WhatsAppPerson{}, sent: map[string]*WhatsAppPerson{}}
	n.box.accepts = func(status int) bool { return status == http.StatusOK } // Webhooks: anything else is retried
	n.SetWebhook(o.WebhookURL)
	n.Limit(o.Limits)
	c.numbers[o.PhoneNumberID] = n
	return n
}

// ID is the number's phone number id, its name in the ledger and the control API.
func (n *Number) ID() string { return n.opt.PhoneNumberID }

// SetWebhook changes where webhooks go, as in the app dashboard: for a bridge
// that starts after the simulator. What is on its way keeps its address.
func (n *Number) SetWebhook(url string) { n.url.Store(&url) }

// Plan changes how status webhooks come.
func (n *Number) Plan(p StatusPlan) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.plan = p
}

// Limit changes the rate limits. They count by the simulator's clock.
func (n *Number) Limit(l WhatsAppLimits) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.limits, n.all, n.pairs = l, nil, map[string]*bucket{}
	if l.PerSecond > 0 {
		n.all = newBucket(float64(l.PerSecond), l.PerSecond, n.s.now())
	}
}

// endpoint carries out one kind of call to a number.
type endpoint func(n *Number, x *graphCall) answer

// graphCall is one call of the Graph API, read whole.
type graphCall struct {
	body   []byte
	kind   string // Content-Type
	number *Number
	id     string // the node in the path
}

var graphPath = regexp.MustCompile(`^/graph/v\d+\.\d+/([^/]+)(?:/([a-z_]+))?$`)

// open understands /graph/vNN.N/<node>[/<edge>] (Graph API, Overview).
func (c *whatsappCloud) open(r *http.Request) exchange {
	x := exchange{call: Call{Kind: kindWhatsApp, Params: map[string]string{}}, fail: graphFailure, refuse: graphRefusal}
	refuse := func(e *graphError) exchange {
		x.run = func(context.Context) answer { return e.answer() }
		return x
	}
	g := &graphCall{kind: r.Header.Get("Content-Type")}
	for k, v := range r.URL.Query() {
		x.call.Params[k] = v[0]
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxGraphBody))
	if err != nil {
		return refuse(invalid("the request could not be read"))
	}
	g.body = body
	if json.Valid(body) {
		x.call.Body = body
	}
	at := graphPath.FindStringSubmatch(r.URL.Path)
	if at == nil {
		return refuse(unknownPath())
	}
	g.id, x.call.Method = at[1], at[2]
	e := c.route(r.Method, g, &x.call)
	if e == nil {
		return refuse(unknownNode(g.id))
	}
	x.call.Account = g.number.opt.PhoneNumberID
	if token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); token != g.number.opt.AccessToken || token == "" {
		return refuse(badToken())
	}
	x.run = func(context.Context) answer { return e(g.number, g) }
	return x
}

// route finds what a call means, and the number that it is for.
func (c *whatsappCloud) route(verb string, g *graphCall, call *Call) endpoint {
	c.mu.Lock()
	defer c.mu.Unlock()
	g.number = c.numbers[g.id]
	switch {
	case g.number != nil && verb == http.MethodPost && call.Method == "messages":
		return (*Number).messages
	case g.number != nil && verb == http.MethodPost && call.Method == "media":
		return (*Number).upload
	case g.number != nil && verb == http.MethodPost && call.Method == "register":
		return func(*Number, *graphCall) answer { return succeeded() }
	case g.number != nil && verb == http.MethodGet && call.Method == "":
		call.Method = "phone_number"
		return (*Number).profile
	case g.number == nil && call.Method == "subscribed_apps":
		for _, n := range c.numbers {
			if n.opt.WABA == g.id {
				g.number = n
				return func(*Number, *graphCall) answer { return succeeded() }
			}
		}
	case g.number == nil && call.Method == "":
		call.Method = "media_id"
		return c.mediaNode(verb, g)
	}
	return nil
}

// mediaNode finds the number that a media id belongs to. c's lock is held.
func (c *whatsappCloud) mediaNode(verb string, g *graphCall) endpoint {
	for _, n := range c.numbers {
		if _, ok := c.s.files.find(n.opt.PhoneNumberID, g.id); !ok {
			continue
		}
		g.number = n
		switch verb {
		case http.MethodGet:
			return (*Number).mediaInfo
		case http.MethodDelete:
			return (*Number).mediaDelete
		}
	}
	return nil
}

// profile answers what a connector asks to check its credentials (Business
// Phone Numbers).
func (n *Number) profile(*graphCall) answer {
	return jsonAnswer(http.StatusOK, obj{
		"id": n.opt.PhoneNumberID, "display_phone_number": n.opt.DisplayPhone, "verified_name": n.opt.VerifiedName,
		"quality_rating": "GREEN", "code_verification_status": "VERIFIED", "platform_type": "CLOUD_API",
		"throughput": obj{"level": "STANDARD"},
	})
}

func succeeded() answer { return jsonAnswer(http.StatusOK, obj{"success": true}) }

// escaped marshals as Meta does for webhooks: non-ASCII as \u00e4 in lower
// case, and a slash as \/ (Webhooks, Validating Payloads).
func escaped(v any) []byte {
	plain := jsonAnswer(0, v).body
	var b bytes.Buffer
	for _, r := range string(plain) {
		switch {
		case r == '/':
			b.WriteString(`\/`)
		case r < 0x80:
			b.WriteRune(r)
		default:
			writeEscape(&b, r)
		}
	}
	return b.Bytes()
}
