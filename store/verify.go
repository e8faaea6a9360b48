package store

import (
	"context"
	"fmt"
	"time"

	"causeway/core"
	"causeway/db"
)

// Finding is one thing that a store should not hold.
type Finding struct {
	Rule string `json:"rule"`
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Report is what Verify counted and found.
type Report struct {
	Deliveries    int64     `json:"deliveries"`
	Items         int64     `json:"items"`
	Conversations int64     `json:"conversations"`
	Messages      int64     `json:"messages"`
	LogEntries    int64     `json:"log_entries"`
	Findings      []Finding `json:"findings"`
}

// ledgerEdge is how much later than its delivery a message may be written, in milliseconds.
const ledgerEdge = 60_000

// mostFindings bounds a report; a store that is so broken needs no longer list.
const mostFindings = 1000

// check is a rule as a query that returns the offenders: an id and a text.
type check struct{ rule, query string }

var checks = []check{
	{"a conversation's messages are numbered without gaps",
		`SELECT c.id, 'last_seq ' || c.last_seq || ', messages ' || count(m.id) || ', highest ' || coalesce(max(m.seq), 0)
		FROM conversation c LEFT JOIN message m ON m.conversation_id = c.id GROUP BY c.id, c.last_seq
		HAVING count(m.id) <> c.last_seq OR coalesce(max(m.seq), 0) <> c.last_seq`},
	{"a pending turn of a message has its task",
		`SELECT m.id, 'turn is pending and nothing will hand it over' FROM message m WHERE m.turn = 'pending'
		AND NOT EXISTS (SELECT 1 FROM task k WHERE k.lane_id = 'bot:' || m.conversation_id AND k.ref = m.id AND k.what = 1)`},
	{"a pending event has its task",
		`SELECT e.id, 'event ' || e.name || ' is pending and nothing will hand it over' FROM bot_event e WHERE e.state = 'pending'
		AND NOT EXISTS (SELECT 1 FROM task k WHERE k.lane_id = 'bot:' || e.conversation_id AND k.ref = e.id AND k.what IN (2, 5))`},
	{"an outgoing message that waits has its task",
		`SELECT m.id, 'status ' || m.status || ' and nothing will send it' FROM message m WHERE m.direction = 'out' AND m.status IN ('queued', 'sending')
		AND NOT EXISTS (SELECT 1 FROM task k WHERE k.lane_id = 'send:' || m.conversation_id AND k.ref = m.id)`},
	{"every task has its row",
		`SELECT k.ref, 'lane ' || k.lane_id || ' has a task for something that is not there' FROM task k
		WHERE k.lane_id NOT LIKE 'timer:%' AND k.lane_id NOT LIKE 'poll:%' AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = k.ref) AND NOT EXISTS (SELECT 1 FROM bot_event e WHERE e.id = k.ref)
		AND NOT EXISTS (SELECT 1 FROM media f WHERE f.id = k.ref)`},
	{"a lane's tasks are those between head and tail",
		`SELECT l.tail, 'lane ' || l.id || ' counts ' || (l.tail - l.head) || ' tasks and has ' || count(k.seq) FROM lane l
		LEFT JOIN task k ON k.lane_id = l.id GROUP BY l.id, l.head, l.tail HAVING count(k.seq) <> l.tail - l.head`},
	{"a lane with tasks is due, owned or parked",
		`SELECT l.tail, 'lane ' || l.id || ' has tasks and nothing will run it' FROM lane l WHERE l.tail > l.head AND l.due_at IS NULL AND l.owner IS NULL AND l.parked IS NULL`},
	{"a call's message was sent at least as far",
		`SELECT k.message_id, 'call ' || k.n || ' was made, and the message counts ' || coalesce(m.made, -1) FROM call k
		LEFT JOIN message m ON m.id = k.message_id WHERE m.id IS NULL OR m.made <= k.n`},
	{"a file that is being fetched has its task",
		`SELECT f.id, 'nothing will fetch it' FROM media f WHERE f.state = 'pending'
		AND NOT EXISTS (SELECT 1 FROM task k WHERE k.lane_id = 'media:' || f.id)`},
	{"every conversation has its contact and identity",
		`SELECT c.id, 'the contact or the identity is missing' FROM conversation c LEFT JOIN contact p ON p.id = c.contact_id
		LEFT JOIN identity i ON i.id = c.identity_id WHERE p.id IS NULL OR i.id IS NULL`},
	{"the conversation's owner is that of its newest assignment",
		`SELECT c.id, 'epoch ' || c.owner_epoch || ', newest assignment ' || coalesce(max(a.epoch), 0) FROM conversation c
		LEFT JOIN assignment a ON a.conversation_id = c.id GROUP BY c.id, c.owner_epoch HAVING coalesce(max(a.epoch), 0) <> c.owner_epoch`},
	{"the conversation's owner is that of its newest assignment",
		`SELECT c.id, 'owner ' || c.owner_type || ' ' || c.owner_id || ', newest assignment ' || a.owner_type || ' ' || a.owner_id FROM conversation c
		JOIN assignment a ON a.conversation_id = c.id AND a.epoch = c.owner_epoch WHERE a.owner_type <> c.owner_type OR a.owner_id <> c.owner_id`},
	{"nothing is kept of a message that was taken back",
		`SELECT m.id, 'its words or files are there' FROM message m WHERE m.erased <> 0 AND (m.text <> '' OR m.metadata <> ''
		OR EXISTS (SELECT 1 FROM media f WHERE f.message_id = m.id AND f.state <> 'erased'))`},
	{"every message has its conversation",
		`SELECT m.id, 'conversation ' || m.conversation_id || ' is not there' FROM message m LEFT JOIN conversation c ON c.id = m.conversation_id WHERE c.id IS NULL`},
	{"every message has a status and a turn that there are",
		`SELECT m.id, 'status ' || m.status || ', turn ' || m.turn FROM message m
		WHERE m.status NOT IN ('received', 'queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'held', 'suppressed')
		OR m.turn NOT IN ('', 'pending', 'done', 'suppressed', 'not_handed_over')`},
	{"each agent's open conversations are counted",
		`SELECT '', 'agent ' || n.agent || ' has ' || sum(n.has) || ', counted ' || sum(n.counted) FROM
		(SELECT owner_id AS agent, count(*) AS has, 0 AS counted FROM conversation WHERE owner_type = 'agent' AND status = 'open' GROUP BY owner_id
		UNION ALL SELECT agent, 0, open FROM agent_load) AS n GROUP BY n.agent HAVING sum(n.has) <> sum(n.counted)`},
	{"who has a place in the queue waits, and has no agent",
		`SELECT w.conversation_id, 'status ' || coalesce(c.status, 'none') || ', owner ' || coalesce(c.owner_type, 'none') FROM waiting w
		LEFT JOIN conversation c ON c.id = w.conversation_id WHERE c.id IS NULL OR c.status <> 'waiting' OR c.owner_type NOT IN ('nobody', 'team')`},
	{"who writes has one present conversation",
		`SELECT c.identity_id, sum(c.present) || ' of ' || count(*) || ' conversations are present' FROM conversation c
		GROUP BY c.identity_id HAVING sum(c.present) <> 1`},
}

// Verify accounts for every delivery, message, turn and file in the database at
// url, reading only, also beside a server that serves it. files lists the
// files in our keeping with their sizes; nil leaves them out.
func Verify(ctx context.Context, url string, files func() (map[int64]int64, error)) (Report, error) {
	d, err := db.OpenReadOnly(ctx, url, db.Options{})
	if err != nil {
		return Report{}, fmt.Errorf("verify: %w", err)
	}
	defer func() { _ = d.Close() }() // it was only read
	v := &verifier{report: Report{Findings: []Finding{}}}
	if err := d.Snapshot(ctx, func(read db.Reader) error { return v.all(ctx, read) }); err != nil {
		return v.report, fmt.Errorf("verify: %w", err)
	}
	if err := v.pages(ctx, d); err != nil {
		return v.report, fmt.Errorf("verify: %w", err)
	}
	if files != nil {
		if err := v.files(ctx, d, files); err != nil {
			return v.report, fmt.Errorf("verify: %w", err)
		}
	}
	return v.report, nil
}

type verifier struct{ report Report }

func (v *verifier) found(rule string, id any, text string) {
	if len(v.report.Findings) < mostFindings {
		v.report.Findings = append(v.report.Findings, Finding{Rule: rule, ID: fmt.Sprint(id), Text: text})
	}
}

func (v *verifier) all(ctx context.Context, read db.Reader) error {
	for _, c := range checks {
		rows, err := read.Rows(ctx, c.query)
		if err != nil {
			return fmt.Errorf("%s: %w", c.rule, err)
		}
		offenders, err := collect(rows, func(scan func(...any) error) (f Finding, err error) {
			err = scan(&f.ID, &f.Text)
			return f, err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", c.rule, err)
		}
		for _, o := range offenders {
			v.found(c.rule, o.ID, o.Text)
		}
	}
	for _, step := range []func(context.Context, db.Reader) error{v.readable, v.log, v.statuses, v.counts, v.ledger} {
		if err := step(ctx, read); err != nil {
			return err
		}
	}
	return nil
}

// readable checks that each message can be read as it is shown and sent.
func (v *verifier) readable(ctx context.Context, read db.Reader) error {
	const rule = "every message can be read"
	rows, err := read.Rows(ctx, `SELECT `+messageColumns+`, m.parts, m.options FROM message m`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	nowhere := func(int64, time.Time) string { return "" }
	for rows.Next() {
		var parts, options string
		m, err := scanMessage(rows.Scan, nowhere, time.Time{}, &parts, &options)
		if err == nil {
			_, err = unpackParts(parts)
		}
		if err == nil {
			err = unpack(options, &[]core.Option{})
		}
		if err != nil {
			v.found(rule, m.ID, err.Error())
		}
	}
	return rows.Err()
}

// pages checks the file itself, on the engine's word.
func (v *verifier) pages(ctx context.Context, d *db.DB) error {
	damage, err := d.Damage(ctx)
	for _, text := range damage {
		v.found("the database file is whole", d.Path(), text)
	}
	return err
}

func (v *verifier) counts(ctx context.Context, read db.Reader) error {
	return read.Row(ctx, `SELECT (SELECT count(*) FROM conversation), (SELECT count(*) FROM message)`, nil, &v.report.Conversations, &v.report.Messages)
}

// ledger checks that every item of every delivery has a fate, and that what the
// fate names is there.
func (v *verifier) ledger(ctx context.Context, read db.Reader) error {
	const rule = "every item of a delivery has a fate that holds"
	rows, err := read.Rows(ctx, `SELECT id, items FROM delivery ORDER BY id`)
	if err != nil {
		return err
	}
	deliveries, err := collect(rows, func(scan func(...any) error) (d core.DeliveryRecord, err error) {
		var items string
		if err := scan(&d.ID, &items); err != nil {
			return d, err
		}
		if err := unpack(items, &d.Items); err != nil {
			v.found(rule, d.ID, "the items cannot be read: "+err.Error())
		}
		return d, nil
	})
	if err != nil {
		return err
	}
	made := map[core.MessageID]int64{}
	for _, d := range deliveries {
		v.report.Deliveries++
		if len(d.Items) == 0 {
			v.found(rule, d.ID, "the delivery has no items")
		}
		for _, item := range d.Items {
			v.report.Items++
			switch item.Fate {
			case core.FateMessage:
				if before, twice := made[item.Message]; twice {
					v.found(rule, d.ID, fmt.Sprintf("item %s made message %d, as delivery %d did", item.Key, item.Message, before))
				}
				made[item.Message] = d.ID
			case core.FateDuplicate, core.FateStatus, core.FateIgnored, core.FateQuarantined:
			default:
				v.found(rule, d.ID, fmt.Sprintf("item %s has the fate %q", item.Key, item.Fate))
			}
		}
	}
	return v.inbound(ctx, read, made)
}

// inbound checks that deliveries and inbound messages name each other.
func (v *verifier) inbound(ctx context.Context, read db.Reader, made map[core.MessageID]int64) error {
	const rule = "deliveries and inbound messages name each other"
	since, err := keptSince(ctx, read)
	if err != nil {
		return err
	}
	rows, err := read.Rows(ctx, `SELECT id, direction = 'in' FROM message WHERE event_key IS NOT NULL AND created_at >= $1`, since+ledgerEdge)
	if err != nil {
		return err
	}
	type came struct {
		id core.MessageID
		in bool
	}
	all, err := collect(rows, func(scan func(...any) error) (c came, err error) {
		err = scan(&c.id, &c.in)
		return c, err
	})
	if err != nil {
		return err
	}
	for _, c := range all {
		if _, ok := made[c.id]; !ok && c.in {
			v.found(rule, c.id, "no delivery brought the message")
		}
		delete(made, c.id)
	}
	if since > 0 {
		return nil // a delivery at the edge may name a message from before it
	}
	for id, d := range made {
		v.found(rule, d, fmt.Sprintf("message %d is not there", id))
	}
	return nil
}

// files checks that each kept row has its file, whole, and each file its row. A row
// is there before its file and is marked as kept after it, so beside a server
// files without a row are looked for among those that were there before, and rows
// without a file among those that are there afterwards.
func (v *verifier) files(ctx context.Context, d *db.DB, list func() (map[int64]int64, error)) error {
	const rule = "each kept file has its row, and each row its file"
	before, err := list()
	if err != nil {
		return err
	}
	type row struct {
		id, size int64
		state    string
	}
	rows, err := d.Rows(ctx, `SELECT id, size, state FROM media`)
	if err != nil {
		return err
	}
	known, err := collect(rows, func(scan func(...any) error) (f row, err error) {
		err = scan(&f.id, &f.size, &f.state)
		return f, err
	})
	if err != nil {
		return err
	}
	after, err := list()
	if err != nil {
		return err
	}
	for _, f := range known {
		size, there := after[f.id]
		switch {
		case f.state != mediaKept:
		case !there:
			v.found(rule, f.id, "the file is missing")
		case size != f.size:
			v.found(rule, f.id, fmt.Sprintf("the file has %d bytes, the row says %d", size, f.size))
		}
		delete(before, f.id)
	}
	for id := range before {
		v.found(rule, id, "no row names the file")
	}
	return nil
}
