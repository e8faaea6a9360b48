package db

import (
	"math/bits"
	"strconv"
	"strings"
)

// Insert is a statement that writes rows of one table. Rows that many operations put are written together.
type Insert struct {
	Into    string // INSERT INTO table(columns)
	Columns int
	Then    string // what stands after the rows: ON CONFLICT DO NOTHING, or nothing
}

// Change is a statement that changes rows of one table. Changes that many operations put are made together; of those
// of one row the last counts.
type Change struct {
	Rows string // what is put, a number that finds the row first, with types: id BIGINT, name TEXT
	Make string // UPDATE table SET name = v.name FROM v WHERE table.id = v.id
}

// MostTogether is how many rows one statement of [Portions] has at most.
const MostTogether = 64

// Portions calls do with the rows, in order, in few portions of few sizes, so that there are few statements to run and
// few texts to prepare: a size is a number of three binary digits and zeros, at most [MostTogether].
func Portions[T any](rows []T, do func([]T) error) error {
	for len(rows) > 0 {
		n := Portion(len(rows))
		if err := do(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// Portion is how many of so many rows go first.
func Portion(rows int) int {
	rows = min(rows, MostTogether)
	zeros := max(bits.Len(uint(rows))-3, 0)
	return rows >> zeros << zeros
}

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
	r, _ := t.Gather(in, func() Gathered { return &puts{of: in, columns: in.Columns, values: t.conn.values[in]} }).(*puts)
	r.values = append(r.values, values...)
}

// PutChange has a row changed by the next Settle, as Put has one written.
func (t *Tx) PutChange(ch *Change, id int64, values ...any) {
	r, _ := t.Gather(ch, func() Gathered {
		return &puts{of: ch, columns: 1 + len(values), values: t.conn.values[ch], at: map[int64]int{}}
	}).(*puts)
	if at, there := r.at[id]; there {
		copy(r.values[at+1:], values)
		return
	}
	r.at[id] = len(r.values)
	r.values = append(append(r.values, id), values...)
}

// Settle does what was gathered, in the order in which it was begun. Its error dooms the attempt, as that of a
// statement does.
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
			return t.doomAll(err)
		}
	}
	return nil
}

// doomAll ends the attempt for a fault in what several operations left, of which none may be stored.
func (t *Tx) doomAll(err error) error {
	if t.failed == nil {
		t.failed = err
	}
	t.common = true
	return err
}

// puts are rows of one statement.
type puts struct {
	of      statement
	columns int
	values  []any
	at      map[int64]int // where the row of a number begins, for changes
}

// statement is one for so many rows.
type statement interface{ text(rows int) string }

// Write implements Gathered.
func (p *puts) Write(t *Tx) error {
	if all := p.values; !t.conn.engine.server { // else they are kept until they are sent
		defer func() { // the next transaction's rows take their place
			clear(all)
			t.conn.keep(p.of, all[:0])
		}()
	}
	for rows := len(p.values) / p.columns; rows > 0; {
		n := Portion(rows)
		if err := t.Later(t.conn.text(p.of, n), p.values[:n*p.columns]...); err != nil {
			return err
		}
		p.values = p.values[n*p.columns:]
		rows -= n
	}
	return nil
}

func (c *conn) keep(of statement, values []any) {
	if c.values == nil {
		c.values = map[statement][]any{}
	}
	c.values[of] = values
}

// textOf is a statement for a number of rows.
type textOf struct {
	of   statement
	rows int
}

// text is the statement for n rows, made once.
func (c *conn) text(of statement, n int) string {
	text := c.texts[textOf{of, n}]
	if text == "" {
		if c.texts == nil {
			c.texts = map[textOf]string{}
		}
		text = of.text(n)
		c.texts[textOf{of, n}] = text
	}
	return text
}

func (in *Insert) text(rows int) string {
	return in.Into + " VALUES " + Values(rows, in.Columns) + " " + in.Then
}

func (ch *Change) text(rows int) string {
	var names, types []string
	for column := range strings.SplitSeq(ch.Rows, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(column), " ")
		names, types = append(names, name), append(types, kind)
	}
	return "WITH v(" + strings.Join(names, ", ") + ") AS (VALUES " + TypedValues(rows, types...) + ") " + ch.Make
}

// Values is n rows of parameters: ($1, $2), ($3, $4).
func Values(n, columns int) string { return TypedValues(n, make([]string, columns)...) }

// TypedValues is n rows of parameters for which the table does not say what they are: (CAST($1 AS BIGINT)). A type may
// be left out: "".
func TypedValues(n int, types ...string) string {
	var b strings.Builder
	for i := range n * len(types) {
		switch {
		case i%len(types) != 0:
			b.WriteString(", ")
		case i > 0:
			b.WriteString("), (")
		default:
			b.WriteByte('(')
		}
		place := "$" + strconv.Itoa(i+1)
		if kind := types[i%len(types)]; kind != "" {
			place = "CAST(" + place + " AS " + kind + ")"
		}
		b.WriteString(place)
	}
	b.WriteByte(')')
	return b.String()
}
