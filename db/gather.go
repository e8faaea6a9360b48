package db

import (
	"strconv"
	"strings"
)

// Insert is a statement that writes rows of one table. Rows that many operations put are written together.
type Insert struct {
	Into    string // INSERT INTO table(columns)
	Columns int
	Then    string // what stands after the rows: ON CONFLICT DO NOTHING, or nothing
}

// mostTogether is how many rows one statement writes at most.
const mostTogether = 64

// Gathered is work that operations leave for later in the transaction, to be done for all of them at once.
type Gathered interface {
	// Write does it. It may leave more.
	Write(t *Tx) error
}

// Gather returns what was gathered under key since the last Settle, begun by begin if there is nothing yet.
func (t *Tx) Gather(key any, begin func() Gathered) Gathered {
	if g := t.gathered[key]; g != nil {
		return g
	}
	if t.gathered == nil {
		t.gathered = map[any]Gathered{}
	}
	g := begin()
	t.gathered[key] = g
	t.pending = append(t.pending, g)
	return g
}

// Put has a row written by the next Settle, at the latest before the commit. Statements run before do not see it, and
// a row that cannot be written fails all operations whose rows were put with it; each of them then runs alone.
func (t *Tx) Put(in *Insert, values ...any) {
	r, _ := t.Gather(in, func() Gathered { return &puts{in: in, values: t.conn.values[in]} }).(*puts)
	r.values = append(r.values, values...)
}

// Settle does what was gathered, in the order in which it was begun.
func (t *Tx) Settle() error {
	for len(t.pending) > 0 {
		g := t.pending[0]
		t.pending = t.pending[1:]
		for key, other := range t.gathered {
			if other == g {
				delete(t.gathered, key)
			}
		}
		if err := g.Write(t); err != nil {
			return err
		}
	}
	return nil
}

type puts struct {
	in     *Insert
	values []any
}

// Write writes rows by powers of two, so that there are few texts to prepare.
func (p *puts) Write(t *Tx) error {
	all := p.values
	defer func() { // the next transaction's rows take their place
		clear(all)
		t.conn.keep(p.in, all[:0])
	}()
	for rows := len(p.values) / p.in.Columns; rows > 0; {
		n := 1
		for n*2 <= min(rows, mostTogether) {
			n *= 2
		}
		if _, err := t.Exec(t.conn.text(p.in, n), p.values[:n*p.in.Columns]...); err != nil {
			return err
		}
		p.values = p.values[n*p.in.Columns:]
		rows -= n
	}
	return nil
}

func (c *conn) keep(in *Insert, values []any) {
	if c.values == nil {
		c.values = map[*Insert][]any{}
	}
	c.values[in] = values
}

// insertOf is an Insert for a number of rows.
type insertOf struct {
	in   *Insert
	rows int
}

// text is the statement for n rows, made once.
func (c *conn) text(in *Insert, n int) string {
	text := c.texts[insertOf{in, n}]
	if text == "" {
		if c.texts == nil {
			c.texts = map[insertOf]string{}
		}
		text = in.Into + " VALUES " + Values(n, in.Columns) + " " + in.Then
		c.texts[insertOf{in, n}] = text
	}
	return text
}

// Values is n rows of parameters: ($1, $2), ($3, $4).
func Values(n, columns int) string {
	var b strings.Builder
	for i := range n * columns {
		switch {
		case i%columns != 0:
			b.WriteString(", ")
		case i > 0:
			b.WriteString("), (")
		default:
			b.WriteByte('(')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}
