package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// client is one connection that makes webhook calls. It writes and reads the
// bytes itself: what a general HTTP client costs would be taken off what the
// servers have, and hide their difference.
type client struct {
	addr  string
	stubs string
	conn  net.Conn
	in    *bufio.Reader
	out   []byte
	w     *writer
}

func dial(ctx context.Context, addr, stubs string, run uint64) (*client, error) {
	c := &client{addr: addr, stubs: stubs, w: newWriter(run)}
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	c.conn, c.in = conn, bufio.NewReader(conn)
	return c, nil
}

func (c *client) close() { _ = c.conn.Close() }

// lines are the connections that a level of load shares. A provider keeps some
// too, and not one for each person.
type lines chan *client

// mostLines is how many there are at most.
const mostLines = 256

func (t *target) connect(ctx context.Context, level int) (lines, error) {
	n := min(level, mostLines)
	l := make(lines, n)
	nodes := t.all()
	for i := range n {
		c, err := dial(ctx, nodes[i%len(nodes)].addr, t.stubs.url, t.run)
		if err != nil {
			l.close()
			return nil, err
		}
		l <- c
	}
	return l, nil
}

// say is client.say on a line that is free, once there is one.
func (l lines) say(p person, n int64) error {
	c := <-l
	defer func() { l <- c }()
	return c.say(p, n)
}

// close closes the lines, none of which is in use.
func (l lines) close() {
	close(l)
	for c := range l {
		c.close()
	}
}

// say posts p's n-th message, and returns once the call is answered 200.
func (c *client) say(p person, n int64) error {
	body, signature := c.w.text(p, n)
	b := append(c.out[:0], "POST /webhooks/"...)
	b = append(append(b, p.number().channel...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, c.addr...), "\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\nContent-Type: application/json\r\n"+stubsHeader+": "...)
	b = append(append(b, c.stubs...), "\r\nX-Hub-Signature-256: sha256="...)
	b = append(append(b, signature...), "\r\nContent-Length: "...)
	b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n\r\n"...)
	c.out = append(b, body...)
	if err := c.conn.SetDeadline(time.Now().Add(60 * time.Second)); err != nil {
		return fmt.Errorf("call: %w", err)
	}
	if _, err := c.conn.Write(c.out); err != nil {
		return fmt.Errorf("call: %w", err)
	}
	status, err := c.answer()
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if status != 200 {
		return refusal(status)
	}
	return nil
}

// refusal is a status other than 200.
type refusal int

func (r refusal) Error() string { return "the webhook was answered " + strconv.Itoa(int(r)) }

// answer reads one answer with a Content-Length.
func (c *client) answer() (status int, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, errors.New("no status line")
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, err
	}
	length := 0
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		}
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	return status, err
}
