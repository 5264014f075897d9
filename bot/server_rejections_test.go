package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

// unreadableBodies are refused for what they are, if their sender has shown a token.
var unreadableBodies = []struct {
	name, body string
	code       int
	want       Reason
}{
	{"empty", "", 400, reasonNotJSON},
	{"not JSON", "challenge", 400, reasonNotJSON},
	{"a list", "[]", 400, reasonNotObject},
	{"wrong shape", `{"type":"message","from":7}`, 400, reasonNotObject},
	{"no type", `{"text":"x"}`, 400, reasonNoType},
	{"too many members", `{"type":"message","membersAdded":[{}` + strings.Repeat(",{}", 80_000) + `],"text":"\ud800"}`, 400, reasonTooComplex},
	{"too many members, written apart", `{"type":"message","membersAdded":[ {  }` + strings.Repeat(",\n{\t}", 40_000) + `]}`, 400, reasonTooComplex},
	{"too many reactions", `{"type":"message","reactionsAdded":[{"type":""}` + strings.Repeat(`,{"type":""}`, 20_000) + `]}`, 400, reasonTooComplex},
	{"too many entities", `{"type":"message","entities":[0` + strings.Repeat(",0", 100_000) + `]}`, 400, reasonTooComplex},
	{"too many inputs", `{"type":"message","value":{"0":0` + manyMembers(20_000) + `}}`, 400, reasonTooComplex},
	{"nested too deep", `{"type":"message","value":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, 400, reasonTooComplex},
	{"nested too deep, objects", `{"type":"message","value":` + strings.Repeat(`{"a":`, 9_000) + "0" + strings.Repeat("}", 9_000) + `}`, 400, reasonTooComplex},
	{"one byte too many", `{"type":"message","text":"` + strings.Repeat("x", maxBodyBytes-27) + `"}`, 413, reasonTooLarge},
	{"far too large", strings.Repeat("x", 4*maxBodyBytes), 413, reasonTooLarge},
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"%d":0`, i+1)
	}
	return b.String()
}

func TestUnreadableBodiesAreRefusedForWhatTheyAreToWhoHasShownAToken(t *testing.T) {
	t.Parallel()
	for _, tt := range unreadableBodies {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newTestServer(t)
			w := h.post([]byte(tt.body), h.token(t))
			if code := errorCode(t, w); w.Code != tt.code || code == "" {
				t.Errorf("answer %d %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(map[string]float64{string(tt.want): 1}, h.rejections(t)); diff != "" {
				t.Error(diff)
			}
			if h.count() != 0 {
				t.Errorf("handler called %d times", h.count())
			}
		})
	}
}

// Teams' own bodies are far from the limits, whatever stands in their texts.
func TestATextFullOfBracketsAndCommasIsNoComplexBody(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"brackets": strings.Repeat(`[{`, 20_000), "commas": strings.Repeat(",", 40_000),
		"quotes before them": strings.Repeat(`",{`, 10_000), "backslashes before them": strings.Repeat(`\",[`, 8_000),
	} {
		h := newTestServer(t)
		a := goodActivity()
		a.Text = text
		if w := h.post(encodeActivity(t, a), h.token(t)); w.Code != http.StatusOK || h.count() != 1 || h.activities[0].Text != text {
			t.Errorf("%s: answer %d %s", name, w.Code, w.Body)
		}
	}
	deepest := `{"type":"message","value":` + strings.Repeat("[", maxNesting-1) + strings.Repeat("]", maxNesting-1) + `}`
	most := `{"type":"message","value":[0` + strings.Repeat(",0", maxValues-4) + `]}`
	for _, body := range []string{deepest, most} {
		if _, err := DecodeActivity([]byte(body)); err != nil {
			t.Errorf("%.40s: %v", body, err)
		}
	}
}

// unreadBody fails the test when anybody reads it.
type unreadBody struct{ t testing.TB }

func (b unreadBody) Read([]byte) (int, error) {
	b.t.Error("the body was read")
	return 0, io.ErrUnexpectedEOF
}

func TestNothingIsReadFromWhoHasNoGoodToken(t *testing.T) {
	t.Parallel()
	for want, authorization := range map[Reason]func(h *testServer) []string{
		ReasonMissing:   func(*testServer) []string { return nil },
		ReasonMalformed: func(h *testServer) []string { return []string{h.token(t), h.token(t)} },
		ReasonKeyID:     func(h *testServer) []string { return []string{h.token(t, withKid("made-up", keyAlien()))} },
		ReasonSignature: func(h *testServer) []string { return []string{h.token(t, withKid("one", keyAlien()))} },
		ReasonAudience: func(h *testServer) []string {
			return []string{h.token(t, func(f *testToken) { f.claims["aud"] = "another" })}
		},
		ReasonExpired: func(h *testServer) []string {
			return []string{h.token(t, func(f *testToken) { f.claims["exp"] = h.clock.Now().Add(-time.Hour).Unix() })}
		},
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			h := newTestServer(t)
			for _, length := range []int64{252 << 10, 4 * maxBodyBytes, -1} {
				r := httptest.NewRequest(http.MethodPost, "/api/messages", unreadBody{t})
				r.ContentLength = length
				for _, a := range authorization(h) {
					r.Header.Add("Authorization", a)
				}
				w := h.serve(r)
				if w.Code != http.StatusUnauthorized || errorCode(t, w) != "Unauthorized" {
					t.Errorf("answer %d %s", w.Code, w.Body)
				}
			}
			if diff := cmp.Diff(map[string]float64{string(want): 3}, h.rejections(t)); diff != "" {
				t.Error(diff)
			}
			if want == ReasonMissing && h.issuer.fetchCount() != 0 {
				t.Errorf("the issuer was asked %d times", h.issuer.fetchCount())
			}
		})
	}
}

// It runs alone, because it counts what the whole process allocates. Read and decoded, each of
// these bodies took 65 MB.
func TestMemoryStaysFlatUnderBodiesWithoutAToken(t *testing.T) {
	h := newTestServer(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	body := []byte(`{"type":"message","membersAdded":[{}` + strings.Repeat(",{}", 84_000) + `],"text":"\ud800"}`)
	const requests = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var wg sync.WaitGroup
	for range requests {
		wg.Go(func() {
			answer, err := http.Post(server.URL+"/api/messages", "application/json", bytes.NewReader(body))
			if err != nil {
				return // the connection is closed while the body is still being sent
			}
			defer answer.Body.Close()
			if answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("answer %d", answer.StatusCode)
			}
		})
	}
	wg.Wait()
	runtime.ReadMemStats(&after)
	// The client's own half is in this process too; a body that is read alone would be 50 MB.
	if each := (after.TotalAlloc - before.TotalAlloc) / requests; each > 128<<10 {
		t.Errorf("each of %d requests without a token of %d bytes took %d bytes", requests, len(body), each)
	}
	if n := h.rejections(t)[string(ReasonMissing)]; n != requests {
		t.Errorf("%v of %d were refused for want of a token", n, requests)
	}
}

func TestOnlyAFewBodiesAreDecodedAtOnce(t *testing.T) {
	t.Parallel()
	s := &server{decodeSlots: make(chan struct{}, maxDecodedAtOnce)}
	for range maxDecodedAtOnce {
		s.decodeSlots <- struct{}{}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var answer *echo.HTTPError
	if _, err := s.decodeBody(ended, encodeActivity(t, goodActivity())); !errors.As(err, &answer) || answer.Code != http.StatusServiceUnavailable {
		t.Errorf("beside %d others a body was decoded: %v", maxDecodedAtOnce, err)
	}
	<-s.decodeSlots
	for range 2 { // and the place is given back
		if a, err := s.decodeBody(t.Context(), encodeActivity(t, goodActivity())); err != nil || a.ID != goodActivity().ID {
			t.Errorf("in a free place: %v", err)
		}
	}
}

func TestARejectionLeavesOneLineWithItsReasonAndNoContent(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	const secret = "Jo Bloggs"
	body := []byte(`{"text":"` + secret + `"}`)
	for range 50 {
		h.post(body, "Bearer "+secret)
		h.post(body, h.token(t))
	}
	assertLines := func(reason Reason, lines, count int) {
		t.Helper()
		if n := strings.Count(h.log.String(), "reason="+string(reason)+" "); n != lines {
			t.Errorf("%s stands on %d lines, not %d: %s", reason, n, lines, h.log)
		}
		if last := fmt.Sprintf("reason=%s rejected_since_last_line=%d\n", reason, count); !strings.Contains(h.log.String(), last) {
			t.Errorf("no line says %q: %s", last, h.log)
		}
	}
	assertLines(ReasonMalformed, 1, 1)
	assertLines(reasonNoType, 1, 1)
	h.clock.Advance(rejectionLogInterval - 1)
	h.post(body, "Bearer "+secret)
	assertLines(ReasonMalformed, 1, 1)
	h.clock.Advance(1)
	h.post(body, "Bearer "+secret)
	assertLines(ReasonMalformed, 2, 51)
	assertLines(reasonNoType, 1, 1)
	if strings.Contains(h.log.String(), secret) || strings.Contains(h.log.String(), "Bearer") {
		t.Errorf("the log holds content: %s", h.log)
	}
}

// Who reads a label in an alarm looks for it in the README.
func TestTheReadmeSaysOfEveryReasonWhatToMend(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(raw), "**Rejected requests.**")
	if !found {
		t.Fatal("the README has no such section")
	}
	named := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || strings.TrimSpace(cells[2]) == "" || strings.TrimSpace(cells[3]) == "" {
			if len(named) > 0 {
				break
			}
			continue
		}
		for _, label := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
			named[label[1]] = true
		}
	}
	for _, r := range append(Reasons(), bodyReasons()...) {
		if !named[string(r)] {
			t.Errorf("the README says nothing of the reason %s", r)
		}
		delete(named, string(r))
	}
	if len(named) > 0 {
		t.Errorf("the README names reasons that do not exist: %v", named)
	}
}

// BenchmarkRefusedWithoutToken is what a stranger's request of 252 KB costs.
func BenchmarkRefusedWithoutToken(b *testing.B) {
	h := newTestServer(b)
	body := []byte(`{"type":"message","membersAdded":[{}` + strings.Repeat(",{}", 84_000) + `],"text":"\ud800"}`)
	b.ReportAllocs()
	for b.Loop() {
		if w := h.post(body); w.Code != http.StatusUnauthorized {
			b.Fatal(w.Code)
		}
	}
}
