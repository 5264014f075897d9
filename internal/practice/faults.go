package practice

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault makes calls fail. The zero values of Op, Method and PathContains match
// every call, as does a nil Match; all that are set must match.
type Fault struct {
	Op, Method, PathContains string
	Match                    func(Call) bool
	// Status and Code are the answer; without a status it is 503.
	Status     int
	Code       string
	RetryAfter time.Duration
	// Message stands in the answer beside the code.
	Message string
	// Body is given as it is in place of Teams' own form: a proxy's page, or nothing of
	// what a good answer has. NoBody gives none at all.
	Body   string
	NoBody bool
	// Times is how many calls fail; 0 means all, until ClearFaults.
	Times int
	// AfterApplying lets the call take effect first: the answer is lost, the
	// message is there. A call that is refused anyway is refused as always.
	AfterApplying bool
	// Hang gives no answer at all until the caller gives up or Close; Reset breaks the
	// connection in place of one.
	Hang, Reset bool
}

type activeFault struct {
	Fault
	remaining int
}

// InjectFault puts a fault in force. Of several that match a call, the first counts.
func (t *Teams) InjectFault(f Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, &activeFault{Fault: f, remaining: f.Times})
}

// ClearFaults ends all faults of Fail.
func (t *Teams) ClearFaults() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = nil
}

func (f *activeFault) matches(call Call) bool {
	return (f.Op == "" || f.Op == call.Op) && (f.Method == "" || f.Method == call.Method) &&
		strings.Contains(call.Path, f.PathContains) && (f.Match == nil || f.Match(call))
}

// takeFault finds the fault for a call and uses one of its times up. Match runs
// under the lock and must not call back.
func (t *Teams) takeFault(call Call) (Fault, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.faults {
		if f.Times > 0 && f.remaining == 0 || !f.matches(call) {
			continue
		}
		f.remaining--
		return f.Fault, true
	}
	return Fault{}, false
}

func (f Fault) toResponse(op string) apiResponse {
	status := f.Status
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	message := f.Message
	if message == "" {
		message = "a fault of the practice"
	}
	answer := errorResponse(status, f.Code, message)
	if f.Body != "" || f.NoBody {
		answer.body, answer.rawBody = nil, f.Body
	} else if op == OpToken { // Entra's shape, in which the code begins the description
		answer.body = map[string]any{"error": "invalid_client", "error_description": f.Code + ": a fault of the practice"}
	}
	answer.retryAfter, answer.hang, answer.reset = f.RetryAfter, f.Hang, f.Reset
	return answer
}

// CutConnections breaks the line to Teams: open connections are reset and new ones end at
// once, for calls, tokens and keys alike, until Mend.
func (t *Teams) CutConnections() { t.listener.setCut(true) }

// RestoreConnections repairs the line.
func (t *Teams) RestoreConnections() { t.listener.setCut(false) }

// cutListener can reset its connections.
type cutListener struct {
	net.Listener
	mu        sync.Mutex
	cut       bool
	openConns map[*cutConn]bool
}

func newCutListener(l net.Listener) *cutListener {
	return &cutListener{Listener: l, openConns: map[*cutConn]bool{}}
}

// Accept gives the next connection that is not cut.
func (l *cutListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tracked := &cutConn{Conn: conn, listener: l}
		l.mu.Lock()
		cut := l.cut
		if !cut {
			l.openConns[tracked] = true
		}
		l.mu.Unlock()
		if !cut {
			return tracked, nil
		}
		tracked.reset()
	}
}

func (l *cutListener) setCut(cut bool) {
	l.mu.Lock()
	l.cut = cut
	var open []*cutConn
	if cut {
		for conn := range l.openConns {
			open = append(open, conn)
		}
	}
	l.mu.Unlock()
	for _, conn := range open {
		conn.reset()
	}
}

type cutConn struct {
	net.Conn
	listener *cutListener
}

// Close forgets the connection.
func (c *cutConn) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.openConns, c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// reset closes without a farewell.
func (c *cutConn) reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
