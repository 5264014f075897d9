package localpg

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

const (
	readyLine  = "database system is ready to accept connections"
	maxLogTail = 4096 // bytes of log that a start error can quote
)

// serverLog passes the server's log on, keeps its end, and says when the server reports ready.
type serverLog struct {
	ready chan struct{}

	mu       sync.Mutex
	out      io.Writer
	tail     []byte
	sawReady bool
}

func newServerLog(to io.Writer) *serverLog {
	if to == nil {
		to = io.Discard
	}
	return &serverLog{ready: make(chan struct{}), out: to}
}

// Write never fails: a full disk under the log must not stop the server.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.out.Write(p)
	l.tail = append(l.tail, p...)
	if !l.sawReady && bytes.Contains(l.tail, []byte(readyLine)) {
		l.sawReady = true
		close(l.ready)
	}
	if extra := len(l.tail) - maxLogTail; extra > 0 {
		l.tail = append([]byte(nil), l.tail[extra:]...)
	}
	return len(p), nil
}

func (l *serverLog) lastLogLines() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return joinLastLines(string(l.tail))
}

// joinLastLines puts the last few lines of a program's output on one line.
func joinLastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	if len(lines) > 5 {
		lines = lines[len(lines)-5:]
	}
	if joined := strings.Join(lines, " | "); joined != "" {
		return joined
	}
	return "(none)"
}
