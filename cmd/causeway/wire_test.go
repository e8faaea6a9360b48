package main_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// wire is a proxy between one node and PostgreSQL, which can be cut: all of it, or
// at a COMMIT that the database has carried out and that the node does not hear
// of. It also can fall silent, as a network does that loses all packets.
type wire struct {
	t      *testing.T
	socket string // of the database
	listen net.Listener

	mu     sync.Mutex
	ends   map[net.Conn]bool
	away   bool
	silent chan struct{} // closed when the silence is over; nil for none
	every  int           // of so many commits one is cut, 0 for none
	seen   int
	cut    int // commits that were cut
}

func newWire(t *testing.T, socket string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &wire{t: t, socket: socket, listen: l, ends: map[net.Conn]bool{}}
	go p.accept()
	t.Cleanup(func() {
		_ = l.Close()
		p.down()
	})
	return p
}

// through is the address of a database by way of the wire.
func (p *wire) through(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	u.Host, u.RawQuery = p.listen.Addr().String(), "sslmode=disable"
	return u.String()
}

func (p *wire) accept() {
	for {
		node, err := p.listen.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.socket)
		if err != nil || !p.keep(node, server) {
			_ = node.Close()
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		go func() {
			defer p.drop(node, server)
			buf := make([]byte, 32<<10)
			for {
				n, err := node.Read(buf)
				p.speaks()
				if _, e := server.Write(buf[:n]); err != nil || e != nil {
					return
				}
			}
		}()
		go func() {
			defer p.drop(node, server)
			p.answers(server, node)
		}()
	}
}

// answers hands on what the database says, message by message: a letter, the
// length and the rest.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
func (p *wire) answers(server io.Reader, node io.Writer) {
	head := make([]byte, 5)
	for {
		if _, err := io.ReadFull(server, head); err != nil {
			return
		}
		message := append([]byte{}, head...)
		message = append(message, make([]byte, binary.BigEndian.Uint32(head[1:])-4)...)
		if _, err := io.ReadFull(server, message[5:]); err != nil {
			return
		}
		p.speaks()
		if head[0] == 'C' && string(message[5:]) == "COMMIT\x00" && p.due() {
			return
		}
		if _, err := node.Write(message); err != nil {
			return
		}
	}
}

// speaks waits while the wire is silent.
func (p *wire) speaks() {
	p.mu.Lock()
	silent := p.silent
	p.mu.Unlock()
	if silent != nil {
		<-silent
	}
}

// due tells whether this commit is one to cut.
func (p *wire) due() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen++
	if p.every == 0 || p.seen%p.every != 0 {
		return false
	}
	p.cut++
	return true
}

func (p *wire) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.ends[c] = true
	}
	return !p.away
}

func (p *wire) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(p.ends, c)
	}
}

// down cuts all connections, and takes none until up.
func (p *wire) down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = true
	for c := range p.ends {
		_ = c.Close()
	}
}

func (p *wire) up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = false
}

// hush has nothing come through until the function that it returns is called.
func (p *wire) hush() (speak func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	over := make(chan struct{})
	p.silent = over
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.silent = nil
		close(over)
	}
}

// cuts has one of so many commits be cut, and returns how many were until then.
func (p *wire) cuts(every int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.every = every
	return p.cut
}
