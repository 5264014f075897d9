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

// databaseRelay stands between the program and its database. It can be cut, and it can stop
// at a round trip: before the database sees it, or before the program sees the reply.
type databaseRelay struct {
	// dsn is the database as it is reached through the relay.
	dsn      string
	network  string
	address  string
	listener net.Listener

	mu        sync.Mutex
	cut       bool
	openConns map[net.Conn]bool
	// frozen lines stay up and carry nothing; freezesAll: those to come too.
	conns      map[*relayedConn]bool
	frozen     map[*relayedConn]bool
	freezesAll bool
	thawed     *sync.Cond
	// lines are those that are not over, on the database's side too; hungUp tells when
	// there is one less.
	lines  int
	hungUp *sync.Cond
	// trips counts the round trips that asked the database to do something. At the
	// one numbered stopAt, stop is called.
	trips, stopAt int
	requiredText  string // if set, only round trips that hold this text count
	afterwards    bool
	stop          func() (goOn bool)
}

func startRelay(t *testing.T, dsn string) *databaseRelay {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	r := &databaseRelay{openConns: map[net.Conn]bool{}, frozen: map[*relayedConn]bool{}, conns: map[*relayedConn]bool{}}
	r.hungUp, r.thawed = sync.NewCond(&r.mu), sync.NewCond(&r.mu)
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
func (r *databaseRelay) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = true
	for c := range r.openConns {
		c.Close()
	}
	clear(r.openConns)
	r.thawed.Broadcast()
}

// Freeze lets every connection that is there stay up and carry nothing any more, as a
// firewall does that forgot it; and with all, each that is made until Thaw, as a server does
// that stands still.
func (r *databaseRelay) Freeze(all bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.freezesAll = all
	for l := range r.conns {
		r.frozen[l] = true
	}
}

// Thaw lets everything through that was kept.
func (r *databaseRelay) Thaw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.freezesAll = false
	clear(r.frozen)
	r.thawed.Broadcast()
}

// waitWhileFrozen keeps what is on its way until it may go on.
func (l *relayedConn) waitWhileFrozen() {
	l.relay.mu.Lock()
	defer l.relay.mu.Unlock()
	for l.relay.frozen[l] && !l.relay.cut {
		l.relay.thawed.Wait()
	}
}

// Mend lets connections through again.
func (r *databaseRelay) Mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = false
}

// stopAtTrip has stop called at the n-th round trip from now on: before it reaches the
// database, which it then does only if stop says so, or afterwards, when it has been
// done and its reply is held back for good.
func (r *databaseRelay) stopAtTrip(n int, afterwards bool, stop func() (goOn bool)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trips, r.stopAt, r.afterwards, r.stop, r.requiredText = 0, n, afterwards, stop, ""
}

// stopOnText has stop called at the next round trip that hands over a text.
func (r *databaseRelay) stopOnText(text string, stop func() (goOn bool)) {
	r.stopAtTrip(1, false, stop)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requiredText = text
}

// stopAfterText has stop called when the next round trip that hands over a text is done,
// and its reply held back for good.
func (r *databaseRelay) stopAfterText(text string, stop func() (goOn bool)) {
	r.stopAtTrip(1, true, stop)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requiredText = text
}

// tripCount is how many round trips there were since stopAtTrip.
func (r *databaseRelay) tripCount() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trips
}

// waitUntilClosed waits until the database has given up everything that a process had under way
// which is no more.
func (r *databaseRelay) waitUntilClosed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.lines > 0 {
		r.hungUp.Wait()
	}
}

func (r *databaseRelay) serve() {
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
		l := &relayedConn{relay: r, client: client, server: server}
		r.mu.Lock()
		r.conns[l] = true
		if r.freezesAll {
			r.frozen[l] = true
		}
		r.mu.Unlock()
		all.Go(func() { l.forwardRequests(); closeWrite(server) })
		all.Go(func() { l.forwardReplies(); r.hangUp(l, client, server) })
	}
}

func (r *databaseRelay) dial(client net.Conn) (net.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cut {
		return nil, net.ErrClosed
	}
	server, err := (&net.Dialer{}).DialContext(context.Background(), r.network, r.address)
	if err != nil {
		return nil, err
	}
	r.openConns[client], r.openConns[server] = true, true
	r.lines++
	return server, nil
}

func (r *databaseRelay) hangUp(l *relayedConn, conns ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, l)
	delete(r.frozen, l)
	for _, c := range conns {
		delete(r.openConns, c)
		c.Close()
	}
	r.lines--
	r.hungUp.Broadcast()
}

// closeWrite tells the database that nothing more will come. It answers by hanging up
// once it has rolled back what was open.
func closeWrite(server net.Conn) {
	if c, ok := server.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
}

// relayedConn is one connection.
type relayedConn struct {
	relay          *databaseRelay
	client, server net.Conn

	mu            sync.Mutex
	withholdReply bool // the reply now coming is not to reach the program
}

// forwardRequests passes on what the program sends, a round trip at a time: messages up to a
// Sync or a simple query. The first message of a connection has no type.
func (l *relayedConn) forwardRequests() {
	var trip []byte
	does := false
	for first := true; ; first = false {
		kind, raw, err := readProtocolMessage(l.client, first)
		if err != nil {
			return
		}
		trip = append(trip, raw...)
		does = does || kind == 'E' || kind == 'Q'
		if !first && kind != 'S' && kind != 'Q' && kind != 'H' && kind != 'X' {
			continue
		}
		if does && kind != 'H' && !l.countTrip(trip) {
			return
		}
		l.waitWhileFrozen()
		if _, err := l.server.Write(trip); err != nil {
			return
		}
		trip, does = nil, does && kind == 'H'
	}
}

// countTrip counts a round trip and reports whether the database is to see it.
func (l *relayedConn) countTrip(trip []byte) bool {
	r := l.relay
	r.mu.Lock()
	if !bytes.Contains(trip, []byte(r.requiredText)) {
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
		l.withholdReply = true
		return true
	}
	return stop()
}

// forwardReplies passes on what the database answers, and reads on when nobody listens any
// more, until the database hangs up.
func (l *relayedConn) forwardReplies() {
	for {
		kind, raw, err := readProtocolMessage(l.server, false)
		if err != nil {
			return
		}
		l.mu.Lock()
		held := l.withholdReply
		l.mu.Unlock()
		if !held {
			l.waitWhileFrozen()
			_, _ = l.client.Write(raw)
		} else if kind == 'Z' { // ready for the next: everything has been done
			l.relay.callStop()
		}
	}
}

func (r *databaseRelay) callStop() {
	r.mu.Lock()
	stop := r.stop
	r.mu.Unlock()
	stop()
}

// readProtocolMessage reads one message of the protocol, whole.
func readProtocolMessage(from io.Reader, first bool) (kind byte, raw []byte, err error) {
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
