package story

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// One person, or a stranger, sends as fast as they can, on eight connections. Somebody else goes on
// with their work: all that they send is answered, and the memory stays within bounds. The times
// are told and not held, for they are the machine's.
func TestAFloodByOneLeavesTheOthersTheirAnswers(t *testing.T) {
	for _, flood := range []struct {
		name string
		send func(s *stage, r raisedChallenge, n int) (activity object, token string)
	}{
		{"nobody", nil},
		{"a stranger's bodies of 252 KB", func(*stage, raisedChallenge, int) (object, string) {
			return object{"type": "message", "text": strings.Repeat("x", 252<<10)}, ""
		}},
		{"messages", func(s *stage, _ raisedChallenge, n int) (object, string) {
			return s.leah.newMessage(fmt.Sprint("/help ", n)), s.good()
		}},
		{"wrong references", func(s *stage, r raisedChallenge, n int) (object, string) {
			return s.leah.newMessage("/challenge " + r.ref), s.good()
		}},
		{"refreshes", func(s *stage, r raisedChallenge, n int) (object, string) {
			return s.tom.newInvoke(withFields(s.tom.buttonData(r.asked[0], "Send the answer"), "verb", "refresh")), s.good()
		}},
		{"presses", func(s *stage, r raisedChallenge, n int) (object, string) {
			return s.tom.newInvoke(withFields(s.tom.buttonData(r.asked[0], "Send the answer"), "text", "")), s.good()
		}},
		{"forms", func(s *stage, r raisedChallenge, n int) (object, string) {
			return s.sam.newInvoke(object{"verb": "preview", "card": "form", "concern": strings.Repeat("A concern. ", 300)}), s.good()
		}},
	} {
		t.Run(flood.name, func(t *testing.T) {
			s := open(t, "ne-lincolnshire")
			r := s.raiseAndCollect(nil, s.tom, s.priya)
			s.log.allow("limit")
			running, stop := context.WithCancel(t.Context())
			var flooding sync.WaitGroup
			var counted sync.Mutex
			sent := 0
			if flood.send != nil {
				for range 8 {
					flooding.Go(func() {
						for n := 0; running.Err() == nil; n++ {
							activity, token := flood.send(s, r, n)
							body, err := json.Marshal(activity)
							if err != nil {
								t.Error(err)
								return
							}
							s.Teams.PostRaw(running, body, token) // a connection that is closed early is no matter
							counted.Lock()
							sent++
							counted.Unlock()
						}
					})
				}
			}
			var took []time.Duration
			var most uint64
			for range 30 {
				activity := s.priya.newMessage("/mine")
				started := time.Now()
				if got := s.post(activity); got.Status != 200 {
					t.Errorf("answered %d", got.Status)
				}
				took = append(took, time.Since(started))
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
			stop()
			flooding.Wait()
			slices.Sort(took)
			t.Logf("%d sent by the flood; another's 30: p50 %v, p99 %v; at most %d MB of heap", sent, took[15].Round(time.Millisecond), took[29].Round(time.Millisecond), most>>20)
			if most > 400<<20 {
				t.Errorf("the heap grew to %d MB", most>>20)
			}
			s.discardAll()
		})
	}
}

func (s *stage) good() string { return "Bearer " + s.Teams.SignToken(s.Teams.ActivityClaims()) }

// discardAll takes what is still on its way, so that the story ends quietly.
func (s *stage) discardAll() {
	s.t.Helper()
	s.settle()
	s.discardNews()
}
