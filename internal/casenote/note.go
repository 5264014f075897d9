package casenote

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/record"
	"challengebot/internal/safetext"
	"challengebot/internal/workday"
)

// Note is one note of a challenge.
type Note struct {
	challenge.NoteMoment
	// Where it belongs: the system, and the place in it.
	Where string
	// Title is what the procedure calls it.
	Title string
	Text  string
	// PastedBy said so, at PastedAt; empty while it is still to be pasted.
	PastedBy string
	PastedAt time.Time
}

// IsPasted reports whether somebody said that the note stands in the other system.
func (n Note) IsPasted() bool { return !n.PastedAt.IsZero() }

// ListNotes writes all notes of a challenge that wanted chooses, the first first. teamName gives the
// name of a team.
func ListNotes(c challenge.Snapshot, teamName func(id string) string, zone *time.Location, wanted func(challenge.NoteMoment) bool) []Note {
	pasted := map[challenge.NoteKey]challenge.Event{}
	for _, e := range c.History {
		switch b := e.Body.(type) {
		case challenge.NotePasted:
			pasted[b.NoteKey] = e
		case challenge.Corrected:
			if b.WasRecord != "" { // what was pasted stands in the record of another child
				clear(pasted)
			}
		}
	}
	var w *writer
	var out []Note
	for _, m := range c.ListNoteMoments() {
		if !wanted(m) {
			continue
		}
		if w == nil {
			w = &writer{Snapshot: c, zone: zone, entries: record.Timeline(c, record.NameLookup{TeamName: teamName}, zone)}
		}
		n := Note{NoteMoment: m, Where: strings.Join(nonEmpty(m.Record.System, m.Record.Location), ", "), Title: cmp.Or(m.Record.Template, "Case note")}
		if e, ok := pasted[m.NoteKey]; ok {
			n.PastedBy, n.PastedAt = e.By.Name, e.At
		}
		n.Text = w.write(n)
		out = append(out, n)
	}
	return out
}

// writer writes the notes of one challenge.
type writer struct {
	challenge.Snapshot
	zone    *time.Location
	entries []record.Entry
}

// headings of the parts.
var headings = map[ladder.NotePart]string{
	ladder.NoteConcern: "Concern", ladder.NoteQuery: "Query", ladder.NoteAction: "Action", ladder.NoteResponse: "Response",
	ladder.NotePlan: "Agreed plan", ladder.NoteDecision: "Decision", ladder.NoteDifference: "Difference", ladder.NoteOutcome: "Outcome",
}

func (w *writer) write(n Note) string {
	c := &w.Challenge
	number := english.Capitalise(cmp.Or(w.Ladder.Words.RecordNumber, "record number"))
	blocks := []string{strings.Join([]string{n.Title, w.Ladder.Title + ", " + c.Ref, number + ": " + c.Details.RecordNumber, w.formatTime(n.At)}, "\n")}
	for _, part := range n.Record.NoteParts() {
		if lines := w.writePart(part, n); len(lines) > 0 {
			blocks = append(blocks, headings[part]+"\n"+strings.Join(lines, "\n"))
		}
	}
	return strings.Join(blocks, "\n\n")
}

// writePart is one part of a note; empty for a part that the moment does not have.
func (w *writer) writePart(part ladder.NotePart, n Note) []string {
	d := w.Challenge.Details
	switch part {
	case ladder.NoteConcern:
		return nonEmpty(oneParagraph(d.Concern), labelled("It rests on", d.Evidence), w.askedFor())
	case ladder.NoteQuery:
		return nonEmpty(oneParagraph(d.Concern), w.askedFor())
	case ladder.NoteAction:
		return w.tellMoment(n)
	case ladder.NoteResponse:
		if e, answered := w.answerAt(n); answered {
			return w.tellAnswer(e, false)
		}
		return []string{"None yet."}
	case ladder.NotePlan:
		if e, answered := w.answerAt(n); answered {
			return w.tellAnswer(e, true)
		}
		return []string{"None yet."}
	case ladder.NoteDecision:
		return w.tellDecisions(n)
	case ladder.NoteDifference:
		if e, answered := w.answerAt(n); answered && e.Body.(challenge.Responded).Response.Form == ladder.FormDifference {
			return w.tellAnswer(e, false)
		}
		return nil
	default:
		return nonEmpty(w.describeOutcome(n))
	}
}

func (w *writer) askedFor() string {
	d := w.Challenge.Details
	text := labelled("Asked for", d.Ask)
	if text != "" && d.AskBy != 0 {
		text += "\nBy: " + d.AskBy.FormatLong()
	}
	return text
}

// tellMoment tells what happened at the moment, without what was written.
func (w *writer) tellMoment(n Note) []string {
	var lines []string
	for _, e := range w.entries {
		if e.Seq >= n.Seq && e.Seq <= n.Last && e.Sentences != "" && !w.History[e.Seq-1].IsUnseenOnCards() {
			lines = append(lines, e.Sentences)
		}
	}
	return lines
}

// tellDecisions tells what was decided at the moment, and why.
func (w *writer) tellDecisions(n Note) []string {
	var lines []string
	for _, e := range w.History {
		if e.Seq < n.Seq || e.Seq > n.Last {
			continue
		}
		switch e.Body.(type) {
		case challenge.Judged, challenge.GateRecorded, challenge.SkippedTo, challenge.Resolved, challenge.Withdrawn, challenge.HandedOff:
			for _, f := range w.entries[e.Seq-1].Facts {
				lines = append(lines, labelled(f.Label, f.Text))
			}
		}
	}
	return lines
}

// answerAt is the answer that stood at the moment on the opening that was then the last.
func (w *writer) answerAt(n Note) (found challenge.Event, ok bool) {
	opening := 0
	for _, e := range w.History {
		if e.Seq > n.Last {
			break
		}
		switch e.Body.(type) {
		case challenge.RungOpened:
			if e.Seq < n.Seq {
				opening = e.Opening
			}
		case challenge.Responded:
			if e.Opening == opening {
				found, ok = e, true
			}
		}
	}
	return found, ok && found.Opening == opening
}

// tellAnswer tells an answer: its plan, or all else of it.
func (w *writer) tellAnswer(e challenge.Event, plan bool) []string {
	var lines []string
	for _, f := range w.entries[e.Seq-1].Facts {
		if strings.HasPrefix(f.Label, record.ActionLabel) == plan {
			lines = append(lines, labelled(f.Label, f.Text))
		}
	}
	if len(lines) == 0 {
		return []string{"None."}
	}
	return lines
}

// describeOutcome says where the challenge stood after the moment.
func (w *writer) describeOutcome(n Note) string {
	c, err := challenge.Replay(w.Challenge.ID, w.History[:n.Last])
	if err != nil {
		return ""
	}
	rung := w.rungLabel(c.Rung)
	switch c.State {
	case challenge.StateAwaitingResponse:
		o := c.CurrentOpening()
		if r, ok := w.Ladder.RungByID(c.Rung); ok && r.HasNoLimit() {
			return fmt.Sprintf("%s: an answer of %s is awaited.", rung, joinNames(o.Respondents))
		}
		return fmt.Sprintf("%s: an answer of %s is awaited by %s.", rung, joinNames(o.Respondents), w.formatTime(c.Due()))
	case challenge.StateAwaitingJudgement:
		return fmt.Sprintf("%s: the decision of %s on the answer is awaited.", rung, joinNames(c.CurrentOpening().Judges()))
	case challenge.StateHeldAtGate:
		return fmt.Sprintf("It waits before %s.", rung)
	case challenge.StateExhausted:
		return "The procedure has no further step, and the matter is not settled."
	case challenge.StateResolved:
		return "Settled."
	case challenge.StateWithdrawn:
		return "Withdrawn."
	case challenge.StateHandedOff:
		return "Handed over to another procedure."
	}
	return "On record."
}

func (w *writer) rungLabel(id string) string {
	if r, ok := w.Ladder.RungByID(id); ok {
		return r.Label
	}
	return id
}

func (w *writer) formatTime(t time.Time) string {
	t = t.In(w.zone)
	return workday.DateOf(t).FormatLong() + " at " + t.Format("15:04 MST")
}

func joinNames(parties []challenge.Party) string {
	var names []string
	for _, p := range parties {
		names = append(names, p.Name)
	}
	return cmp.Or(english.JoinList(names), "nobody")
}

func labelled(label, text string) string {
	if text = oneParagraph(text); text == "" {
		return ""
	}
	return label + ": " + text
}

// oneParagraph is a text as a plain field keeps it: what nobody sees has a sign, a tab or several
// spaces are one space. Another system may join its lines: blank ones would end the part.
func oneParagraph(s string) string {
	lines := strings.Split(safetext.ShowHidden(strings.ReplaceAll(s, "\r\n", "\n")), "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(nonEmpty(lines...), "\n")
}

func nonEmpty(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" })
}
