package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
)

// NoteMoment is one note that is to be written, and the events that it is about.
type NoteMoment struct {
	NoteKey
	Record ladder.RecordingRule
	At     time.Time
	Last   int // the number of the last event of the moment
}

// ListNoteMoments gives the notes that the procedure wants, in the order of what they are about. What
// happened at one moment is one note.
func (s Snapshot) ListNoteMoments() []NoteMoment {
	if s.Ladder == nil {
		return nil
	}
	var all []NoteMoment
	rung := ""
	for first := 0; first < len(s.History); {
		last := first
		for last+1 < len(s.History) && isSameMoment(s.History[last], s.History[last+1]) {
			last++
		}
		moment := s.History[first : last+1]
		for _, e := range moment { // a moment that opens a rung is about that rung, too
			if rung == "" && e.Rung != "" {
				rung = e.Rung
			}
		}
		for i, r := range s.Ladder.RecordingRules {
			if r.IsDocument() || !slices.ContainsFunc(moment, func(e Event) bool { return isOccasion(e, s.Ladder, r.OnEvents, r.Rungs, rung) }) {
				continue
			}
			all = append(all, NoteMoment{NoteKey: NoteKey{i, moment[0].Seq}, Record: r, At: moment[0].At, Last: moment[len(moment)-1].Seq})
		}
		rung = moment[len(moment)-1].Rung
		first = last + 1
	}
	return all
}

// isSameMoment reports whether an event came of the same command as the one before it: at the same
// time, and what somebody else does is a moment of its own.
func isSameMoment(before, e Event) bool {
	return e.At.Equal(before.At) && (e.By.ID == "" || e.By.ID == before.By.ID)
}

// RecordNotePasted says that a note stands in the other system.
type RecordNotePasted struct{ NoteKey }

func (cmd RecordNotePasted) decide(tr *transition) error { return tr.recordNotePasted(cmd) }

// NotePasted is the event that a note was copied into the other system.
type NotePasted struct{ NoteKey }

// KindNotePasted is stored.
const KindNotePasted EventKind = "note_pasted"

// Kind of the event.
func (NotePasted) Kind() EventKind { return KindNotePasted }

func (NotePasted) isUnseenOnCards() {}

func (b NotePasted) apply(c *Challenge, _ Event) {
	c.PastedNotes = append(slices.Clone(c.PastedNotes), b.NoteKey)
}

// recordNotePasted is possible in every state: the last note is about the end.
func (tr *transition) recordNotePasted(cmd RecordNotePasted) error {
	rules := tr.env.Ladder.RecordingRules
	switch {
	case !tr.rightsInSomeState().WriteNotes:
		return newRefusal(CodeNotYours, sayNotesNotYours, tr.c.Ref)
	case cmd.Rule < 0 || cmd.Rule >= len(rules) || cmd.Seq < 1 || cmd.Seq > tr.c.Seq || !tr.isNoteAuthor(rules[cmd.Rule]):
		return newRefusal(CodeBadInput, sayNoSuchNote, tr.c.Ref)
	case slices.Contains(tr.c.PastedNotes, cmd.NoteKey):
		return newRefusal(CodeAlreadyDone, sayNotePastedAlready, tr.c.Ref)
	}
	tr.emit(NotePasted(cmd), tr.c.Rung, len(tr.c.Openings))
	return nil
}

// WritesNote reports whether a note is the person's to write today.
func (s Snapshot) WritesNote(r ladder.RecordingRule, id string, env Env) bool {
	env.Ladder = s.Ladder
	return newTransition(s.Challenge, Person{ID: id}, env).isNoteAuthor(r)
}
