package localpg

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

const (
	readyLine = "database system is ready to accept connections"
	logKept   = 4096 // bytes of log that a start error can quote
)

// serverLog passes the server's log on, keeps its end, and says when the server reports ready.
type serverLog struct {
	ready chan struct{}

	mu       sync.Mutex
	to       io.Writer
	kept     []byte
	wasReady bool
}

func newServerLog(to io.Writer) *serverLog {
	if to == nil {
		to = io.Discard
	}
	return &serverLog{ready: make(chan struct{}), to: to}
}

// Write never fails: a full disk under the log must not stop the server.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.to.Write(p)
	l.kept = append(l.kept, p...)
	if !l.wasReady && bytes.Contains(l.kept, []byte(readyLine)) {
		l.wasReady = true
		close(l.ready)
	}
	if extra := len(l.kept) - logKept; extra > 0 {
		l.kept = append([]byte(nil), l.kept[extra:]...)
	}
	return len(p), nil
}

func (l *serverLog) lastWords() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return lastLines(string(l.kept))
}

// lastLines puts the last few lines of a program's output on one line.
func lastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	if len(lines) > 5 {
		lines = lines[len(lines)-5:]
	}
	if said := strings.Join(lines, " | "); said != "" {
		return said
	}
	return "(none)"
}
