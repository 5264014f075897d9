package command

import (
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
)

// What is typed behind a command and its reference becomes the inputs of the card that has the
// button for it. Nothing behind a separator is dropped: what has no input of its own joins the
// one before it.

// maxTypedActions is how many actions are looked at: more than a plan may hold, so that those
// beyond it are refused and given back with the others.
const maxTypedActions = 50

// Typed is what stands behind a command and its reference, with what it is read against.
type Typed struct {
	// Rest is the text, in which marks may stand for names; Plain puts the names in their place.
	// A separator within a name is none.
	Rest      string
	Plain     func(string) string
	Challenge challenge.Challenge
	Ladder    *ladder.Ladder
	By        string // who typed it
	Days      words.Days
	// People are whom the text means, for a command that names somebody.
	People []directory.Person
}

func (t Typed) words() string { return t.Plain(t.Rest) }

// trimmed is a piece of the text as people read it, without space around it.
func (t Typed) trimmed(piece string) string { return strings.TrimSpace(t.Plain(piece)) }

// typedReason is for commands that take one text.
func typedReason(t Typed) (cards.ButtonData, map[string]string) {
	return cards.ButtonData{}, map[string]string{cards.FieldReason: t.words()}
}

// typedCorrection takes a record number, which may begin with a few letters on their own, and the reason.
func typedCorrection(t Typed) (cards.ButtonData, map[string]string) {
	number, reason := words.CutWord(t.words())
	if next, rest := words.CutWord(reason); !strings.ContainsAny(number, "0123456789") && strings.ContainsAny(next, "0123456789") {
		number, reason = number+" "+next, rest
	}
	return cards.ButtonData{}, map[string]string{cards.FieldRecordNumber: strings.TrimRight(number, ":,.;"), cards.FieldReason: reason}
}

// typedMove takes a team, by its name or its key.
func typedMove(t Typed) (cards.ButtonData, map[string]string) {
	return cards.ButtonData{}, map[string]string{cards.FieldTeam: t.words()}
}

// typedSuccessor takes a person. Where the name is nobody's, or several people's, it stays as
// typed, to be chosen on the card.
func typedSuccessor(t Typed) (cards.ButtonData, map[string]string) {
	return cards.ButtonData{}, map[string]string{cards.FieldSuccessor: t.person()}
}

// typedOwner takes the person whose the question is, of the opening on which the other is asked.
func typedOwner(t Typed) (cards.ButtonData, map[string]string) {
	return cards.ButtonData{Opening: t.Challenge.OpeningFor(t.By)}, map[string]string{cards.FieldOwner: t.person()}
}

// person is the object id of whom the text means, or the text where that is not one person.
func (t Typed) person() string {
	if len(t.People) == 1 {
		return t.People[0].Entra
	}
	return t.words()
}

// typedNothing is for commands that need nothing beside the reference.
func typedNothing(Typed) (cards.ButtonData, map[string]string) { return cards.ButtonData{}, nil }

// typedAcknowledgement is of the opening on which the person is asked.
func typedAcknowledgement(t Typed) (cards.ButtonData, map[string]string) {
	return cards.ButtonData{Opening: t.Challenge.OpeningFor(t.By)}, nil
}

// typedResponse reads "text | what; who; 1 December | what; who; date". Parts that are not
// complete are kept in place, so that the check names what is missing.
func typedResponse(t Typed) (cards.ButtonData, map[string]string) {
	parts := strings.Split(t.Rest, "|")
	in := map[string]string{cards.FieldText: t.trimmed(parts[0])}
	n := 0
	for _, part := range parts[1:] {
		if strings.Trim(part, "; \t\n\r") == "" {
			continue
		}
		if n++; n > maxTypedActions {
			last := cards.PlanFieldID(maxTypedActions, "what")
			in[last] += " | " + t.trimmed(part)
			continue
		}
		what, who, due := t.splitAction(part)
		in[cards.PlanFieldID(n, "what")], in[cards.PlanFieldID(n, "who")], in[cards.PlanFieldID(n, "by")] =
			t.trimmed(what), t.trimmed(who), t.trimmed(due)
	}
	return cards.ButtonData{Opening: t.Challenge.OpeningFor(t.By)}, in
}

// splitAction takes apart "what; who; by when". The date tells where the owners end: there may
// be several. What stands behind the date belongs to what will be done, as a condition does.
func (t Typed) splitAction(part string) (what, who, due string) {
	fields := strings.Split(part, ";")
	what = fields[0]
	at := -1
	for i := len(fields) - 1; i > 0; i-- {
		if _, ok := words.ReadDate(fields[i], t.Days); ok {
			at = i
		}
	}
	join := func(fields []string) string { return strings.Trim(strings.Join(fields, ";"), "; \t\n\r") }
	var more string
	switch {
	case at < 0 && len(fields) > 1: // no date that can be read: what stands in its place is given back
		who, due = fields[1], join(fields[2:])
	case at == 1: // the date before the owner
		due = fields[1]
		if len(fields) > 2 {
			who, more = fields[2], join(fields[3:])
		}
	case at > 1:
		who, due, more = join(fields[1:at]), fields[at], join(fields[at+1:])
	}
	if more != "" {
		what = strings.TrimSpace(what) + "; " + more
	}
	return what, who, due
}

// typedVerdict reads a reason, and where the procedure lets the judge ask for less time,
// "reason | working days | why sooner".
func typedVerdict(v challenge.Verdict) func(Typed) (cards.ButtonData, map[string]string) {
	return func(t Typed) (cards.ButtonData, map[string]string) {
		d := cards.ButtonData{Opening: len(t.Challenge.Openings), Verdict: v}
		if parts := strings.SplitN(t.Rest, "|", 3); t.Ladder.Shorten != nil && len(parts) == 3 {
			return d, map[string]string{cards.FieldReason: t.trimmed(parts[0]), cards.FieldShorterDays: t.trimmed(parts[1]), cards.FieldShorterReason: t.trimmed(parts[2])}
		}
		return d, map[string]string{cards.FieldReason: t.words()}
	}
}

// typedGate reads "agreed note…", "refused note…" or "override reason…", with the gate's name in
// front when more than one waits.
func typedGate(t Typed) (cards.ButtonData, map[string]string) {
	gate, status, note := readGate(t.words())
	d := cards.ButtonData{Gate: gate, Status: status}
	in := map[string]string{cards.FieldNote: note}
	if h := t.Challenge.Hold; h != nil {
		d.Rung = h.Rung
		for _, g := range h.Gates {
			if gate == "" && !g.IsCleared() {
				d.Gate = g.Gate
				break
			}
		}
		return d, in
	}
	if next := t.Ladder.NextRung(t.Challenge.Rung); next != nil {
		d.Rung = next.ID
		for _, g := range next.Gates {
			if gate == "" && g.MayOpenAhead {
				d.Gate = g.ID
				break
			}
		}
	}
	return d, in
}

// typedSkip reads "to ground what makes this necessary".
func typedSkip(t Typed) (cards.ButtonData, map[string]string) {
	to, rest := cutWord(t.words())
	ground, evidence := cutWord(rest)
	return cards.ButtonData{}, map[string]string{cards.FieldTo: words.FoldToken(to), cards.FieldGround: words.FoldToken(ground), cards.FieldEvidence: evidence}
}

// typedHandOff reads "procedure reason".
func typedHandOff(t Typed) (cards.ButtonData, map[string]string) {
	to, reason := cutWord(t.words())
	return cards.ButtonData{}, map[string]string{cards.FieldTo: words.FoldToken(to), cards.FieldReason: reason}
}

// MaxDateWords is of how many words a date is: "on Tuesday the 1st of December 2026".
const MaxDateWords = 7

// typedAskedOutside reads "phone 1 December note".
func typedAskedOutside(t Typed) (cards.ButtonData, map[string]string) {
	how, rest := cutWord(t.words())
	date, note := cutDate(rest, words.Days{Today: t.Days.Today, Zone: t.Days.Zone, Lies: words.Behind})
	if date == "" { // whatever stands there is given back as the date
		date, note = cutWord(rest)
	}
	return cards.ButtonData{Opening: t.Challenge.OpeningFor(t.By)},
		map[string]string{cards.FieldHow: contactMethod(how), cards.FieldOn: date, cards.FieldNote: note}
}

// cutDate takes a date off the start of a text, as many words as make one.
func cutDate(s string, on words.Days) (date, rest string) {
	left := s
	for range MaxDateWords {
		var word string
		if word, left = cutWord(left); word == "" {
			break
		}
		head := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), left))
		if _, ok := words.ReadDate(head, on); ok {
			date, rest = head, left
		}
	}
	return date, rest
}

// typedReferral reads "contact | informed | consulted | note" of a referral made today; who was
// informed and consulted stands once for each role that asks.
func typedReferral(t Typed) (cards.ButtonData, map[string]string) {
	parts := append(strings.SplitN(t.Rest, "|", 4), "", "", "")
	in := map[string]string{cards.FieldContact: t.trimmed(parts[0]), cards.FieldNote: t.trimmed(parts[3]), cards.FieldOn: t.Days.Today.String()}
	informed, consulted := t.trimmed(parts[1]), t.trimmed(parts[2])
	var inform, consult []directory.Role
	if x := t.Ladder.ExternalReferral; x != nil {
		inform, consult = x.InformBefore, x.Consult
	}
	for _, role := range inform {
		in[cards.FieldInformedPrefix+string(role)] = informed
	}
	for _, role := range consult {
		in[cards.FieldConsultedPrefix+string(role)] = consulted
	}
	var loose []string // the procedure asks for none of these
	if len(inform) == 0 && informed != "" {
		loose = append(loose, informed)
	}
	if len(consult) == 0 && consulted != "" {
		loose = append(loose, consulted)
	}
	if note := in[cards.FieldNote]; len(loose) > 0 {
		in[cards.FieldNote] = strings.Trim(strings.Join(append(loose, note), " | "), " |")
	}
	return cards.ButtonData{}, in
}

// contactMethod is how somebody was asked. A word that is none stays as it is, for the check to
// say so.
func contactMethod(word string) string {
	if how, ok := words.ContactMethodCalled(word); ok {
		return string(how)
	}
	return words.FoldToken(word)
}

// readGate reads "agreed note…", "refused note…" or "override reason…", with the gate's name in
// front when more than one waits.
func readGate(s string) (gate string, status challenge.GateStatus, note string) {
	word, rest := cutWord(s)
	if st, ok := words.GateStatusCalled(word); ok {
		return "", st, rest
	}
	next, after := cutWord(rest)
	if st, ok := words.GateStatusCalled(next); ok {
		return words.FoldToken(word), st, after
	}
	return "", "", strings.TrimSpace(s) // all of it is given back, to be said again
}

// cutWord takes the first word off a text; the rest keeps its inner spacing.
func cutWord(s string) (word, rest string) { return words.CutWord(s) }
