//go:build !race

package faultsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/teamsfailure"
)

// model is what must hold, and what was seen of it. It knows what people wanted and were told, what
// Teams took and refused, what was stored and when by the one clock, and nothing of how the program
// works.
type model struct {
	w      *world
	broken string // the first promise that was seen to be broken during the run
	wishes []*wish
	trails map[uuid.UUID][]written

	crashes, lostCalls int
	said               []time.Time // when the watch said that messages wait
	downs              []time.Time // when nobody could have said one
	calmSince          time.Time
}

// written is an event as it was stored.
type written struct {
	challenge.Event
	at time.Time // by the one clock, when it was stored
}

// The limits that the model knows.
const (
	// readingError is how far an instance's reading of the database's clock may be out.
	readingError = 2 * time.Second
	// believed is how long Teams is believed that it wants to be left alone.
	believed = 15 * time.Minute
	// unsaidLimit is how long a message may wait before somebody is told.
	unsaidLimit = time.Hour
	// copiesLimit is how many copies of a message there may be of which nobody can know.
	copiesLimit = 3
)

func newModel(w *world) *model { return &model{w: w, trails: map[uuid.UUID][]written{}} }

func (m *model) fail(format string, args ...any) {
	if m.broken == "" {
		m.broken = fmt.Sprintf(format, args...)
		m.w.trace("BROKEN: %s", m.broken)
	}
}

// recordStored takes note of what a call to the store has stored.
func (m *model) recordStored(changes []challenge.Change) {
	for _, change := range changes {
		for _, e := range change.Events {
			m.w.trace("      stored: %s %d %s on %s by %s", change.Next.Ref, e.Seq, e.Body.Kind(), e.Rung, e.By.Name)
			m.trails[change.Next.ID] = append(m.trails[change.Next.ID], written{e, m.w.now()})
		}
	}
}

func (m *model) eventCount() (n int) {
	for _, trail := range m.trails {
		n += len(trail)
	}
	return n
}

// recordLogged takes note of what an operator was told: that messages wait.
func (m *model) recordLogged(line string) {
	if strings.Contains(line, "Teams does not take messages") || strings.Contains(line, "Teams has not taken cards") {
		m.said = append(m.said, m.w.now())
	}
}

// recordCall holds a call to Teams against what Teams asked for.
func (m *model) recordCall(r request) {
	if r.call == callCreate {
		return
	}
	p, asked := m.w.teams.askedForPeace[r.key()]
	known := p.crashes == m.crashes && p.losses == m.lostCalls // otherwise the answer may not have been recorded
	if asked && known && m.w.now().Before(p.until.Add(-2*readingError)) {
		m.fail("Teams asked to be left alone with a message until %v and was asked at %v", p.until, m.w.now())
	}
}

// recordAnswer takes note of what Teams said to a call that did not go well.
func (m *model) recordAnswer(r request, a answer, f *teamsfailure.Failure) {
	t := m.w.teams
	if r.call == callUpdate {
		t.unchanged[r.person+" "+subjectOf(r.message).String()]++
	}
	if a.takes && r.call != callUpdate && r.call != callCreate {
		t.lost[r.person+" "+subjectOf(r.message).String()]++
	}
	if r.person != "" && f.Kind == teamsfailure.Rejected && f.Code == refusedByPerson.Code {
		t.refusals[r.person] = append(t.refusals[r.person], m.w.now())
	}
	if f.RetryAfter > 0 {
		t.askedForPeace[r.key()] = peace{m.w.now().Add(min(f.RetryAfter, believed)), m.crashes, m.lostCalls}
	}
}

// check holds the run against every promise, and says which was broken first.
func (m *model) check() string {
	if m.broken != "" {
		return m.broken
	}
	stored, err := m.w.store.Challenges()
	must(err)
	for _, promise := range []func([]challenge.Snapshot){
		m.nothingAcknowledgedIsLostOrDoubled, m.nobodyLapsesUnasked, m.noWindowEndsEarlyOrTwice, m.onlyTeamsRefuses, m.trailsHold, m.somebodyCanAct,
		m.copiesAreBounded, m.nothingWaitsUnsaid, m.nothingIsStuck,
	} {
		if promise(stored); m.broken != "" {
			return m.broken
		}
	}
	return ""
}

// What somebody was told is stored stands in one trail once; what nobody was told stands there once
// at the most.
func (m *model) nothingAcknowledgedIsLostOrDoubled(stored []challenge.Snapshot) {
	for _, wish := range m.wishes {
		found := 0
		for _, c := range stored {
			for _, e := range c.History {
				if bytes.Contains(e.Data, []byte(wish.token)) {
					found++
				}
			}
		}
		switch {
		case wish.leavesNoText:
		case wish.granted && found == 0:
			m.fail("%s was told that it is stored, and it is not", wish.describe)
		case found > 1:
			m.fail("%s once, and it stands %d times on record", wish.describe, found)
		}
	}
}

// A trail has every event that was stored, each once, in order, chained; its times never go back, and
// it leads to the row.
func (m *model) trailsHold(stored []challenge.Snapshot) {
	if len(stored) != len(m.trails) {
		m.fail("%d challenges were stored and %d are there", len(m.trails), len(stored))
	}
	for _, c := range stored {
		trail := m.trails[c.Challenge.ID]
		if len(trail) != len(c.History) {
			m.fail("%s: %d events were stored and %d are there", c.Challenge.Ref, len(trail), len(c.History))
			return
		}
		var last challenge.Event
		for i, e := range c.History {
			switch {
			case e.Hash != trail[i].Hash || e.Seq != i+1:
				m.fail("%s: event %d is not what was stored", c.Challenge.Ref, i+1)
			case e.Prev != last.Hash:
				m.fail("%s: event %d does not follow the one before", c.Challenge.Ref, i+1)
			case e.At.Before(last.At):
				m.fail("%s: event %d is at %v, after one at %v", c.Challenge.Ref, i+1, e.At, last.At)
			}
			last = e
		}
	}
	if err := m.w.store.Verify(); err != nil {
		m.fail("a trail does not hold: %v", err)
	}
}

// No window ends in silence while Teams has taken the question for none of those who are asked,
// unless each of them has refused it.
func (m *model) nobodyLapsesUnasked([]challenge.Snapshot) {
	for id, trail := range m.trails {
		for _, e := range trail {
			if e.Body.Kind() != challenge.KindLapsed {
				continue
			}
			taken := slices.ContainsFunc(m.w.teams.posts, func(p *post) bool {
				return p.about == subject{id.String(), challenge.CardRespond, e.Opening} && !p.at.After(e.at)
			})
			if taken || m.allRefused(trail, e) {
				continue
			}
			m.fail("%s: the window of opening %d ended in silence at %v, and Teams has the question for nobody", id, e.Opening, e.at)
		}
	}
}

// allRefused reports whether everybody who was asked had removed the app when they were asked.
func (m *model) allRefused(trail []written, lapsed written) bool {
	var asked []string
	for _, e := range trail {
		if e.Opening != lapsed.Opening || e.Seq > lapsed.Seq {
			continue
		}
		switch b := e.Body.(type) {
		case challenge.RungOpened:
			asked = b.Responders
		case challenge.HandedOver:
			asked = append(slices.Clone(asked), b.To.ID)
		}
	}
	for _, id := range asked {
		if !slices.ContainsFunc(m.w.teams.refusals[id], func(at time.Time) bool { return at.Before(lapsed.at) }) {
			return false
		}
	}
	return true
}

// Nothing is a person's refusal but what Teams documents as one.
func (m *model) onlyTeamsRefuses([]challenge.Snapshot) {
	for id, trail := range m.trails {
		for _, e := range trail {
			b, ok := e.Body.(challenge.Undelivered)
			before := func(at time.Time) bool { return !at.After(e.at) }
			if ok && !b.Passing && b.To.Person != "" && !slices.ContainsFunc(m.w.teams.refusals[b.To.Person], before) {
				m.fail("%s: event %d has it that %s was refused by %s, and Teams never said so", id, e.Seq, b.Card, b.To.Person)
			}
		}
	}
}

// No window ends before its time by the one clock, nor twice.
func (m *model) noWindowEndsEarlyOrTwice([]challenge.Snapshot) {
	for id, trail := range m.trails {
		ended := map[int]bool{}
		for _, e := range trail {
			b, lapsed := e.Body.(challenge.Lapsed)
			switch {
			case !lapsed:
			case e.at.Before(b.Due.Add(-readingError)):
				m.fail("%s: opening %d was due at %v and ended at %v", id, e.Opening, b.Due, e.at)
			case ended[e.Opening]:
				m.fail("%s: opening %d ended twice", id, e.Opening)
			}
			ended[e.Opening] = ended[e.Opening] || lapsed
		}
	}
}

// Every open challenge waits for somebody who is there, and the clock will look at it.
func (m *model) somebodyCanAct(stored []challenge.Snapshot) {
	for _, c := range stored {
		if !c.Challenge.State.IsOpen() {
			continue
		}
		there := slices.ContainsFunc(c.Challenge.WaitingFor(), func(id string) bool {
			_, ok := m.w.office.directory.PersonByEntra(id)
			return ok
		})
		if !there || c.Challenge.NextAt.IsZero() {
			m.fail("%s is %s, waits for %v and is looked at %v", c.Challenge.Ref, c.Challenge.State, c.Challenge.WaitingFor(), c.Challenge.NextAt)
		}
	}
}

// A card comes once for each time that it was queued, and again only where nobody could know
// whether it had come: three times at the most, and once for each death and each call to the
// database that was lost. In the place of a card that cannot be changed there comes another.
func (m *model) copiesAreBounded([]challenge.Snapshot) {
	queued, updates, came := map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range m.w.store.Contents().Messages {
		switch key := r.To.Person + " " + (subject{r.ChallengeID.String(), r.Card, r.Opening}).String(); r.Kind {
		case outbox.PostMessage:
			queued[key]++
		case outbox.UpdateMessage:
			updates[key]++
		}
	}
	for _, p := range m.w.teams.posts {
		switch p.about.card {
		case challenge.CardRespond, challenge.CardJudge, challenge.CardGate:
			came[p.person+" "+p.about.String()]++
		}
	}
	for key, n := range came {
		unknown := min(m.w.teams.lost[key], (copiesLimit-1)*queued[key])
		instead := min(m.w.teams.unchanged[key], updates[key])
		if most := queued[key] + unknown + instead + m.crashes + m.lostCalls; queued[key] > 0 && n > most {
			m.fail("a card came %d times; it was queued %d times, and its answer was lost %d times (%s)", n, queued[key], m.w.teams.lost[key], key)
		}
	}
}

// No message waits for longer than an hour without a word to the operator, as long as anybody is
// there to say it.
func (m *model) nothingWaitsUnsaid([]challenge.Snapshot) {
	const grace = 20 * time.Minute // the watch here looks less often than the program's
	for _, r := range m.w.store.Contents().Messages {
		end := r.DoneAt
		if r.State == memorystore.StateWaiting {
			end = m.w.now()
		}
		late := r.CreatedAt.Add(unsaidLimit + grace)
		if end.Before(late) {
			continue
		}
		within := func(at time.Time) bool { return at.After(r.CreatedAt.Add(-readingError)) && at.Before(late) }
		if !slices.ContainsFunc(m.said, within) && !slices.ContainsFunc(m.downs, within) {
			m.fail("message %d, %s, waited from %v until %v and nothing was said", r.ID, r.Card, r.CreatedAt, end)
		}
	}
}

// When everything is well again for a day, nothing is overdue, nothing waits, and who is asked has
// the question on their screen.
func (m *model) nothingIsStuck(stored []challenge.Snapshot) {
	backlog, err := m.w.store.CountOverdue(context.Background(), m.w.now(), 5*time.Minute)
	must(err)
	if backlog.Challenges > 0 || backlog.SetAside > 0 || backlog.OldestMessage > 45*time.Minute {
		text, _ := json.Marshal(backlog)
		m.fail("all is well since %v, and there is a backlog: %s", m.calmSince, text)
	}
	for _, c := range stored {
		o := c.Challenge.CurrentOpening()
		if c.Challenge.State != challenge.StateAwaitingResponse || o.OpenedAt.After(m.w.now().Add(-time.Hour)) {
			continue
		}
		onScreen := slices.ContainsFunc(m.w.teams.posts, func(p *post) bool {
			return p.about == subject{c.Challenge.ID.String(), challenge.CardRespond, o.Number} && slices.Contains(o.Responders, p.person)
		})
		if !onScreen {
			m.fail("all is well since %v, %s awaits an answer on opening %d, and nobody has the question", m.calmSince, c.Challenge.Ref, o.Number)
		}
	}
}
