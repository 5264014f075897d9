package challenge

import (
	"errors"
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// Unattended is the event that nobody is left who could do something that the challenge waits for,
// or, without gaps, everything is attended to again.
type Unattended struct {
	Gaps []Gap `json:"gaps,omitempty"`
	// NudgeAt is when the clock tries again what it could not do; zero where it waits for
	// nothing of the kind.
	NudgeAt time.Time `json:"nudge,omitzero"`
}

// KindUnattended is stored.
const KindUnattended EventKind = "unattended"

// Kind of the event.
func (Unattended) Kind() EventKind { return KindUnattended }

func (b Unattended) apply(c *Challenge, e Event) {
	if len(c.Gaps) == 0 {
		c.GapsSince = e.At
	}
	if c.Gaps = b.Gaps; len(b.Gaps) == 0 {
		c.Gaps, c.GapsSince = nil, time.Time{}
	}
	if !b.NudgeAt.IsZero() {
		c.NextAt = b.NudgeAt
	}
}

// reportGaps records where nobody is left, when that is news, and tells who oversees the
// challenge; of somebody who is not merely away the chair too.
func (tr *transition) reportGaps() {
	if !tr.c.State.IsOpen() {
		return
	}
	if gaps := tr.findGaps(); !slices.Equal(gaps, tr.c.Gaps) {
		tr.recordGaps(Unattended{Gaps: gaps})
	}
}

func (tr *transition) recordGaps(body Unattended) {
	known := tr.c.Gaps
	tr.emitBy(System, body, tr.c.Rung, len(tr.c.Openings))
	isNews := func(g Gap) bool { return !slices.Contains(known, g) }
	if slices.ContainsFunc(body.Gaps, isNews) {
		for _, p := range tr.reachableInRole(directory.RoleOversight) {
			if p.ID != tr.by.ID { // who gave the command is answered
				tr.post(Address{Person: p.ID}, CardOversight)
			}
		}
	}
	if slices.ContainsFunc(body.Gaps, func(g Gap) bool { return isNews(g) && g.Reason != GapAway }) {
		tr.tellChair()
	}
}

// findGaps are all of them as things stand today.
func (tr *transition) findGaps() []Gap {
	var gaps []Gap
	if i := slices.IndexFunc(tr.c.Gaps, func(g Gap) bool { return g.Reason == GapCalendar }); i >= 0 && tr.endsCalendarSoon() {
		gaps = append(gaps, tr.c.Gaps[i])
	}
	if !tr.isListed(tr.c.Chair.ID) {
		gaps = append(gaps, Gap{Task: TaskChair, Role: directory.RoleChair, Name: tr.c.Chair.Name, Reason: GapLeft})
	}
	if !tr.isPlaceKnown() {
		return append(gaps, Gap{Task: TaskGoingOn, Reason: GapPlace})
	}
	switch o := tr.c.CurrentOpening(); {
	case o == nil && tr.c.State != StateHeldAtGate:
	case tr.c.State == StateAwaitingResponse:
		gaps = append(gaps, tr.answerGaps(o)...)
		gaps = append(gaps, tr.judgeGaps(o)...)
	case tr.c.State == StateAwaitingJudgement, tr.c.State == StateExhausted:
		gaps = append(gaps, tr.judgeGaps(o)...)
	case tr.c.State == StateHeldAtGate:
		gaps = append(gaps, tr.gateGaps()...)
	}
	return gaps
}

// CalendarWarningDays is how many days before its end the calendar is said to end.
const CalendarWarningDays = 60

// endsCalendarSoon reports whether the calendar ends within the days of that warning.
func (tr *transition) endsCalendarSoon() bool {
	_, until := tr.env.Calendar.Coverage()
	return until < tr.today().AddDays(CalendarWarningDays)
}

// answerGaps: none of those who may answer is there, or none of them holds the role any more.
func (tr *transition) answerGaps(o *Opening) []Gap {
	rung, ok := tr.env.Ladder.RungByID(o.Rung)
	if !ok {
		return nil
	}
	var seats []seat
	for _, role := range rung.Respondents.RolesFor(tr.c.Details.Agency) {
		seats = append(seats, tr.seats(role)...)
	}
	var gaps []Gap
	for _, id := range o.Responders {
		p := tr.partyWithID(o, id)
		if !o.IsRespondent(id) {
			if tr.isThere(id) {
				return tr.askerGaps(rung)
			}
			gaps = append(gaps, Gap{Task: TaskRecording, Role: p.Role, Name: p.Name, Reason: tr.whyNotThere(id)})
			continue
		}
		_, held := tr.seatOfAsked(o, seats, tr.principalOf(p), p.Role)
		if !held { // they may have come into the role themselves
			_, held = findSeat(seats, id, p.Role)
		}
		switch {
		case tr.isThere(id) && held:
			return tr.askerGaps(rung)
		case !held:
			gaps = append(gaps, Gap{Role: p.Role, Name: p.Name, Reason: GapVacant})
		default:
			gaps = append(gaps, Gap{Role: p.Role, Name: p.Name, Reason: tr.whyNotThere(id)})
		}
	}
	return append(gaps, tr.askerGaps(rung)...)
}

// askerGaps: nobody holds the role that puts a challenge on the rung, so the chair does.
func (tr *transition) askerGaps(rung *ladder.Rung) []Gap {
	if rung.AskedBy == "" || rung.AskedBy == directory.RoleChair {
		return nil
	}
	if _, held := tr.firstActor(rung.AskedBy, tr.isImpartial); held {
		return nil
	}
	return []Gap{{Task: TaskAsking, Role: rung.AskedBy, Reason: GapVacant}}
}

// judgeGaps: none of those who judge is there, or the chair judges because nobody holds the
// role that should.
func (tr *transition) judgeGaps(o *Opening) []Gap {
	rung, ok := tr.env.Ladder.RungByID(o.Rung)
	if !ok {
		return nil
	}
	var gaps []Gap
	if o.Judge.Role == directory.RoleChair && rung.JudgeRole() != directory.RoleChair {
		why := GapVacant
		if slices.ContainsFunc(tr.seats(rung.JudgeRole()), func(s seat) bool { return s.holder.ID != "" }) {
			why = GapConflict
		}
		gaps = append(gaps, Gap{Task: TaskJudgement, Role: rung.JudgeRole(), Reason: why})
	}
	if tr.c.State == StateAwaitingResponse || slices.ContainsFunc(o.Judges(), func(p Party) bool {
		return tr.isThere(p.ID) && !tr.c.WasRespondent(p.ID)
	}) {
		return gaps
	}
	return append(gaps, Gap{Task: TaskJudgement, Role: o.Judge.Role, Name: o.Judge.Name, Reason: tr.whyNotThere(o.Judge.ID)})
}

// gateGaps: at some gate none of those who open it, or none of those to be consulted, is there.
func (tr *transition) gateGaps() []Gap {
	var gaps []Gap
	for _, st := range tr.c.Hold.Gates {
		if st.IsCleared() {
			continue
		}
		for _, side := range [][]Party{st.Openers, st.Consulted} {
			there := func(p Party) bool { return tr.isThere(p.ID) }
			if len(side) == 0 || slices.ContainsFunc(side, there) {
				continue
			}
			p := side[0]
			gaps = append(gaps, Gap{Task: TaskGate, Gate: st.Gate, Role: p.Role, Name: p.Name, Reason: tr.whyNotThere(p.ID)})
		}
	}
	return gaps
}

// whyNotThere says why somebody cannot act.
func (tr *transition) whyNotThere(id string) GapReason {
	switch {
	case !tr.isListed(id):
		return GapLeft
	case tr.isAway(id):
		return GapAway
	default:
		return GapVacant
	}
}

// partyWithID is the respondent, or whoever records for one, with that id.
func (tr *transition) partyWithID(o *Opening, id string) Party {
	for _, p := range slices.Concat(o.Respondents, tr.recorders(o)) {
		if p.ID == id {
			return p
		}
	}
	return Party{Person: Person{ID: id}}
}

// holdClock leaves what the clock could not do to a later day and tells who oversees the
// challenge, because nobody could say whom to ask: a challenge never races past its rungs
// for a fault of the set-up. err is why it could not be done; any other is returned.
func (tr *transition) holdClock(err error) error {
	if r := (*Refusal)(nil); !errors.As(err, &r) || r.Translation.Key != sayPlaceGone {
		return err
	}
	tr.recordGaps(Unattended{Gaps: tr.findGaps(), NudgeAt: tr.nudgeTime(1)})
	return nil
}
