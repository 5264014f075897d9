package story

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/postgres"
	"challengebot/internal/storage"
)

// expectLadderWalked holds that the parts of a test took together everything that a ladder has:
// each rung opened, answered in its form and met with silence, each gate passed and where it may be
// also refused and overridden, each discretion on each of its grounds, each way out. It reads the
// trails that the parts left behind, so that a part of a procedure that is added to a ladder fails
// the test until somebody walks it.
func expectLadderWalked(t *testing.T, id string) {
	t.Helper()
	l, err := ladder.LoadShipped(id)
	if err != nil {
		t.Fatal(err)
	}
	taken := &footprint{seen: map[string]bool{}}
	footprints.Store(t.Name(), taken)
	t.Cleanup(func() {
		footprints.Delete(t.Name())
		if t.Failed() {
			return
		}
		for _, element := range slices.Sorted(maps.Keys(ladderElements(l))) {
			if !taken.seen[element] {
				t.Errorf("%s: nobody walked %q", id, element)
			}
		}
	})
}

// footprints are what the parts of each test left behind, by the name of the test.
var footprints sync.Map

type footprint struct {
	mu   sync.Mutex
	seen map[string]bool
}

// recordFootprint keeps what the challenges of one part took. It is called while the part's
// database is still there.
func (s *stage) recordFootprint() {
	test, _, _ := strings.Cut(s.t.Name(), "/")
	kept, ok := footprints.Load(test)
	if !ok {
		return
	}
	ctx := context.WithoutCancel(s.t.Context())
	var refs []string
	if _, err := s.App.Store.Verify(ctx, func(r postgres.VerifyResult) { refs = append(refs, r.Ref) }); err != nil {
		s.t.Errorf("the trails cannot be read: %v", err)
	}
	f := kept.(*footprint)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ref := range refs {
		c, err := s.App.Store.Load(ctx, storage.LookupKey{Ref: ref})
		if err != nil {
			s.t.Errorf("%s cannot be read: %v", ref, err)
			return
		}
		maps.Copy(f.seen, trailElements(c))
	}
}

// ladderElements are everything that a ladder has to be walked.
func ladderElements(l *ladder.Ladder) map[string]bool {
	all := map[string]bool{}
	add := func(format string, args ...any) { all[fmt.Sprintf(format, args...)] = true }
	for _, r := range l.Rungs {
		add("%s: opened", r.ID)
		add("%s: answered as a %s", r.ID, r.Form)
		if r.Kind != ladder.RungNote {
			add("%s: lapsed", r.ID)
		}
		for agency := range r.Respondents.ByAgency {
			add("%s: opened for %s", r.ID, agency)
		}
		for _, g := range r.Gates {
			addGate(add, r.ID, g)
		}
	}
	for _, sk := range l.Skips {
		for _, g := range sk.Grounds {
			add("skip on the ground %s", g.ID)
		}
		for _, to := range sk.To {
			add("skip to %s", to)
			for _, g := range sk.Gates {
				addGate(add, to, g)
			}
		}
	}
	for _, h := range l.HandOffs {
		add("handed off to %s", h.ID)
	}
	if l.ExternalReferral != nil {
		add("referred to %s", l.ExternalReferral.To)
	}
	if p := l.PartnerConcerns; p != nil && p.Mode == ladder.PartnerRecordOnly {
		add("a partner concern recorded")
	}
	if l.Shorten != nil {
		add("a shorter time")
	}
	return all
}

func addGate(add func(string, ...any), rung string, g ladder.Gate) {
	if g.Kind == ladder.GateEscalation {
		add("%s: gate %s opened by itself", rung, g.ID)
	}
	add("%s: gate %s %s", rung, g.ID, challenge.GatePassed)
	if g.MayOverride {
		add("%s: gate %s %s", rung, g.ID, challenge.GateNotAgreed)
		add("%s: gate %s %s", rung, g.ID, challenge.GateOverridden)
	}
}

// trailElements are the elements that a trail shows.
func trailElements(c challenge.Snapshot) map[string]bool {
	all := map[string]bool{}
	add := func(format string, args ...any) { all[fmt.Sprintf(format, args...)] = true }
	for _, e := range c.History {
		switch b := e.Body.(type) {
		case challenge.RungOpened:
			add("%s: opened", e.Rung)
			add("%s: opened for %s", e.Rung, c.Challenge.Details.Agency)
			if b.ShorterWindow != nil {
				add("a shorter time")
			}
		case challenge.Responded:
			add("%s: answered as a %s", e.Rung, cmp.Or(b.Response.Form, ladder.FormWritten))
		case challenge.Lapsed:
			add("%s: lapsed", e.Rung)
		case challenge.GateRecorded:
			if b.Automatic {
				add("%s: gate %s opened by itself", b.Rung, b.Gate)
				continue
			}
			add("%s: gate %s %s", b.Rung, b.Gate, b.Status)
		case challenge.SkippedTo:
			add("skip on the ground %s", b.Ground)
			add("skip to %s", b.To)
		case challenge.HandedOff:
			add("handed off to %s", b.To)
			if b.To == "" {
				add("a partner concern recorded")
			}
		case challenge.Referred:
			add("referred to %s", b.Referral.To)
		}
	}
	return all
}
