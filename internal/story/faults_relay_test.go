package story

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// relay stands between the program and its database. It can be cut, and it can stop
// at a round trip: before the database sees it, or before the program sees the reply.
type relay struct {
	// dsn is the database as it is reached through the relay.
	dsn      string
	network  string
	address  string
	listener net.Listener

	mu   sync.Mutex
	cut  bool
	open map[net.Conn]bool
	// lines are those that are not over, on the database's side too; hungUp tells when
	// there is one less.
	lines  int
	hungUp *sync.Cond
	// trips counts the round trips that asked the database to do something. At the
	// one numbered stopAt, stop is called.
	trips, stopAt int
	holding       string // if set, only round trips that hold this text count
	afterwards    bool
	stop          func() (goOn bool)
}

func relayTo(t *testing.T, dsn string) *relay {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{open: map[net.Conn]bool{}}
	r.hungUp = sync.NewCond(&r.mu)
	r.network, r.address = pgconn.NetworkAddress(config.Host, config.Port)
	if r.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	r.dsn = fmt.Sprintf("host=127.0.0.1 port=%d user='%s' password='%s' dbname='%s' sslmode=disable",
		r.listener.Addr().(*net.TCPAddr).Port, config.User, config.Password, config.Database)
	served := make(chan struct{})
	go func() { defer close(served); r.serve() }()
	t.Cleanup(func() {
		r.listener.Close()
		r.Cut()
		<-served
	})
	return r
}

// Cut breaks every connection and refuses new ones until Mend.
func (r *relay) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = true
	for c := range r.open {
		c.Close()
	}
	clear(r.open)
}

// Mend lets connections through again.
func (r *relay) Mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = false
}

// stopsAt has stop called at the n-th round trip from now on: before it reaches the
// database, which it then does only if stop says so, or afterwards, when it has been
// done and its reply is held back for good.
func (r *relay) stopsAt(n int, afterwards bool, stop func() (goOn bool)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trips, r.stopAt, r.afterwards, r.stop, r.holding = 0, n, afterwards, stop, ""
}

// stopsOn has stop called at the next round trip that hands over a text.
func (r *relay) stopsOn(text string, stop func() (goOn bool)) {
	r.stopsAt(1, false, stop)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holding = text
}

// stopsAfter has stop called when the next round trip that hands over a text is done,
// and its reply held back for good.
func (r *relay) stopsAfter(text string, stop func() (goOn bool)) {
	r.stopsAt(1, true, stop)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holding = text
}

// counted is how many round trips there were since stopsAt.
func (r *relay) counted() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trips
}

// over waits until the database has given up everything that a process had under way
// which is no more.
func (r *relay) over() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.lines > 0 {
		r.hungUp.Wait()
	}
}

func (r *relay) serve() {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		server, err := r.dial(client)
		if err != nil {
			client.Close()
			continue
		}
		l := &line{relay: r, client: client, server: server}
		all.Go(func() { l.forth(); farewell(server) })
		all.Go(func() { l.back(); r.hangUp(client, server) })
	}
}

func (r *relay) dial(client net.Conn) (net.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cut {
		return nil, net.ErrClosed
	}
	server, err := (&net.Dialer{}).DialContext(context.Background(), r.network, r.address)
	if err != nil {
		return nil, err
	}
	r.open[client], r.open[server] = true, true
	r.lines++
	return server, nil
}

func (r *relay) hangUp(conns ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		delete(r.open, c)
		c.Close()
	}
	r.lines--
	r.hungUp.Broadcast()
}

// farewell tells the database that nothing more will come. It answers by hanging up
// once it has rolled back what was open.
func farewell(server net.Conn) {
	if c, ok := server.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
}

// line is one connection.
type line struct {
	relay          *relay
	client, server net.Conn

	mu   sync.Mutex
	held bool // the reply now coming is not to reach the program
}

// forth passes on what the program sends, a round trip at a time: messages up to a
// Sync or a simple query. The first message of a connection has no type.
func (l *line) forth() {
	var trip []byte
	does := false
	for first := true; ; first = false {
		kind, raw, err := message(l.client, first)
		if err != nil {
			return
		}
		trip = append(trip, raw...)
		does = does || kind == 'E' || kind == 'Q'
		if !first && kind != 'S' && kind != 'Q' && kind != 'H' && kind != 'X' {
			continue
		}
		if does && kind != 'H' && !l.passes(trip) {
			return
		}
		if _, err := l.server.Write(trip); err != nil {
			return
		}
		trip, does = nil, does && kind == 'H'
	}
}

// passes counts a round trip and reports whether the database is to see it.
func (l *line) passes(trip []byte) bool {
	r := l.relay
	r.mu.Lock()
	if !bytes.Contains(trip, []byte(r.holding)) {
		r.mu.Unlock()
		return true
	}
	r.trips++
	stops, afterwards, stop := r.stop != nil && r.trips == r.stopAt, r.afterwards, r.stop
	r.mu.Unlock()
	if !stops {
		return true
	}
	if afterwards {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.held = true
		return true
	}
	return stop()
}

// back passes on what the database answers, and reads on when nobody listens any
// more, until the database hangs up.
func (l *line) back() {
	for {
		kind, raw, err := message(l.server, false)
		if err != nil {
			return
		}
		l.mu.Lock()
		held := l.held
		l.mu.Unlock()
		if !held {
			_, _ = l.client.Write(raw)
		} else if kind == 'Z' { // ready for the next: everything has been done
			l.relay.stopped()
		}
	}
}

func (r *relay) stopped() {
	r.mu.Lock()
	stop := r.stop
	r.mu.Unlock()
	stop()
}

// message reads one message of the protocol, whole.
func message(from io.Reader, first bool) (kind byte, raw []byte, err error) {
	head := make([]byte, 5)
	if first {
		head = head[:4]
	}
	if _, err := io.ReadFull(from, head); err != nil {
		return 0, nil, err
	}
	if !first {
		kind = head[0]
	}
	raw = make([]byte, int(binary.BigEndian.Uint32(head[len(head)-4:]))+len(head)-4)
	copy(raw, head)
	_, err = io.ReadFull(from, raw[len(head):])
	return kind, raw, err
}
