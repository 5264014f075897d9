package story

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
	"challengebot/internal/record"
)

// A trail states what happened and nothing that was only meant to: each of its sentences is
// held against what the practice Teams really saw.

// claimsBeforeTheirTime are words that no sentence of a trail may have: that somebody knows
// of something is said only as "Teams took".
var claimsBeforeTheirTime = regexp.MustCompile(`\b(was|were|been) (asked|told|reminded|informed|notified)\b|\bwent to\b|\bwere sent\b|\bwas sent\b`)

// expectTruthfulTrail holds every sentence of a trail against Teams' journal and the queue.
func (s *stage) expectTruthfulTrail(ref string) {
	s.t.Helper()
	c := s.load(ref)
	history := slices.Clone(c.History)
	answered := map[int]string{}
	last := time.Time{}
	for i, entry := range record.Timeline(c, s.RecordNames(), s.Calendar.Location()) {
		e := history[i]
		claim := func(isTrue bool, what string) {
			s.t.Helper()
			if !isTrue {
				s.t.Errorf("%s, step %d at %s says %q, and %s", ref, e.Seq, e.At.Format(time.RFC3339), entry.Sentences, what)
			}
		}
		claim(!claimsBeforeTheirTime.MatchString(entry.Sentences), "that is not known when it is written")
		claim(!e.At.Before(last), "it stands after a later step")
		last = e.At
		switch b := e.Body.(type) {
		case challenge.RungOpened:
			for _, p := range b.Respondents {
				claim(!strings.Contains(entry.Sentences, "queued for "+p.Name) || s.wasQueued(c, challenge.CardRespond, p.ID), "nothing was queued for "+p.Name)
			}
		case challenge.Reminded:
			for _, p := range s.Teams.People() {
				claim(!strings.Contains(entry.Sentences, p.Name) || s.wasQueued(c, challenge.CardReminder, p.ID), "no reminder was queued for "+p.Name)
				isRefused := slices.Contains(c.Challenge.Openings[e.Opening-1].RejectedFor, p.ID)
				claim(!strings.Contains(entry.Sentences, p.Name) || isRefused || s.tookBefore(ref, p.ID, e), "who was not asked is reminded")
			}
		case challenge.Delivered:
			claim(s.calls(func(call practice.Call) bool {
				return call.Activity == b.ActivityID && call.Status/100 == 2 && !call.At.After(e.At) && reaches(call, s.addressName(b.To))
			}) > 0, "Teams has no such message")
		case challenge.Undelivered:
			claim(s.calls(func(call practice.Call) bool {
				return call.Status/100 != 2 && !call.At.After(e.At) && (reaches(call, s.addressName(b.To)) || call.Op == practice.OpCreate)
			}) > 0, "Teams was never called")
		case challenge.CouldNotBeAsked:
			for _, id := range b.Waiting {
				claim(!s.tookBefore(ref, id, e), "Teams had taken it")
			}
		case challenge.Lapsed:
			claim(s.someoneWasAsked(ref, e), "nobody had been asked")
		case challenge.Responded:
			answered[e.Opening] = e.By.ID
		case challenge.LateResponse:
			claim(!strings.Contains(entry.Sentences, "somebody else") || answered[b.Opening] != e.By.ID, "it was the same person")
		}
	}
}

// addressName is who is behind an address, as Teams calls them.
func (s *stage) addressName(a challenge.Address) string {
	if a.Team != "" {
		t, _ := s.Directory.TeamByID(a.Team)
		return t.Name
	}
	p, _ := s.Directory.PersonByEntra(a.Person)
	return p.Name
}

func reaches(call practice.Call, name string) bool {
	return call.Person == name || call.Channel == name
}

func (s *stage) calls(is func(practice.Call) bool) (n int) {
	for _, call := range s.Teams.Calls() {
		if is(call) {
			n++
		}
	}
	return n
}

func (s *stage) wasQueued(c challenge.Snapshot, card challenge.Card, person string) bool {
	return s.count(`SELECT FROM delivery WHERE challenge_id = $1 AND card = $2 AND to_person = $3`, c.Challenge.ID, string(card), person) > 0
}

// tookBefore reports whether Teams has a question of the opening for somebody from before a step.
func (s *stage) tookBefore(ref, person string, before challenge.Event) bool {
	return slices.ContainsFunc(s.load(ref).History, func(e challenge.Event) bool {
		b, ok := e.Body.(challenge.Delivered)
		return ok && e.Seq < before.Seq && e.Opening == before.Opening && b.Card == challenge.CardRespond && b.To.Person == person
	})
}

// someoneWasAsked reports whether, before the end of a window, Teams had the question for
// one of those who may answer, or had refused it for all of them.
func (s *stage) someoneWasAsked(ref string, lapsed challenge.Event) bool {
	o := s.load(ref).Challenge.Openings[lapsed.Opening-1]
	refused := 0
	for _, id := range o.Responders {
		if s.tookBefore(ref, id, lapsed) {
			return true
		}
		if slices.Contains(o.RejectedFor, id) {
			refused++
		}
	}
	return refused == len(o.Responders)
}

// expectTeamsTrouble lets the log speak of what Teams does, and of a clock that jumps.
func (s *stage) expectTeamsTrouble() {
	s.log.allow("challenges are past their time")
	s.log.allow("Teams ")
}

// jumpTo moves the clock to a time at once, as seen by an engine that runs, without stopping
// at each of the hundreds of attempts that Teams does not answer.
func (s *stage) jumpTo(at time.Time) {
	s.t.Helper()
	s.Clock.Set(at)
	s.settle()
}

func TestEverySentenceOfATrailIsTrueWhateverTeamsAndPeopleDo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			s.expectTeamsTrouble()
			random := rand.New(rand.NewPCG(seed, 12))
			var refs []string
			for range 3 {
				refs = append(refs, s.raiseInStore(1)...)
			}
			people := []string{"Tom Reid", "Priya Shah", "Maya Okafor", "Daniel Hughes", "North Locality"}
			for range 25 {
				switch random.IntN(6) {
				case 0:
					whom := people[random.IntN(len(people))]
					s.Teams.InjectFault(practice.Fault{Status: []int{503, 429, 403}[random.IntN(3)], Code: "MessageWritesBlocked",
						Match: func(c practice.Call) bool { return reaches(c, whom) }})
				case 1:
					s.Teams.InjectFault(practice.Fault{Op: []string{practice.OpToken, practice.OpCreate, practice.OpSend}[random.IntN(3)], Status: 503, Times: 1 + random.IntN(40)})
				case 2:
					s.Teams.ClearFaults()
				case 3:
					for _, p := range []*actor{s.tom, s.priya, s.daniel} {
						p.Says(t.Context(), "/respond "+refs[random.IntN(len(refs))]+fmt.Sprint(" Answer ", random.IntN(3), " | Visit; me; 2026-12-01"))
					}
				case 4:
					s.maya.Says(t.Context(), "/not-satisfied "+refs[random.IntN(len(refs))]+" It names no date.")
				}
				s.jumpTo(s.Clock.Now().Add(time.Duration(random.IntN(20*60)) * time.Minute))
			}
			s.Teams.ClearFaults()
			s.jumpTo(s.Clock.Now().Add(time.Hour))
			for _, ref := range refs {
				s.expectTruthfulTrail(ref)
			}
			s.discardNews()
		})
	}
}
