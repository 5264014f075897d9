package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// compareRungs compares the rungs of one id, and those of which only the id changed.
func (d *comparison) compareRungs(s partComparison) {
	was := findRenamed(d.old.Rungs, d.new.Rungs)
	compareParts(s, rungWord(d.new), rungWord(d.new)+"s", d.old.Rungs, d.new.Rungs,
		func(r Rung) string { return cmp.Or(was[r.ID], r.ID) },
		func(l *Ladder, r Rung) string { return inQuotes(r.Label) + " (" + r.ID + ")" },
		d.compareRung)
}

// findRenamed is the old id of each rung that has a new one and is otherwise the same, or has the
// same label.
func findRenamed(old, new []Rung) map[string]string {
	was := map[string]string{}
	_, removed, added := pairParts(old, new, func(r Rung) string { return r.ID })
	for _, j := range added {
		for k, i := range removed {
			o, n := old[i], new[j]
			o.ID, n.ID = "", ""
			if o.Label == n.Label || encodeJSON(o) == encodeJSON(n) {
				was[new[j].ID] = old[i].ID
				removed = slices.Delete(removed, k, k+1)
				break
			}
		}
	}
	return was
}

// rungWord is the authority's word for a rung where it is a single word.
func rungWord(l *Ladder) string {
	if w := l.Words.Rung; w != "" && !strings.Contains(w, " ") {
		return w
	}
	return "rung"
}

func (d *comparison) compareRung(o, n Rung) {
	s := d.atPart(valueOr(n.Label, n.ID))
	if o.ID != n.ID {
		s.addDifference("was renamed: its id was %q and is now %q. Keep the id, so that the figures of both versions meet", o.ID, n.ID)
	}
	s.compareText("the label", o.Label, n.Label)
	s.compareValue("the kind", inWords(o.Kind), inWords(n.Kind))
	s.compareText("the source", o.Source, n.Source)
	s.compareText("the text on the card", o.About, n.About)
	s.compareText("what is asked of who answers", o.Asks, n.Asks)
	s.compareRole("who puts the challenge", o.AskedBy, n.AskedBy)
	d.compareRespondents(s, o.Respondents, n.Respondents)
	s.compareRoleList("those alerted", o.AlertedRoles, n.AlertedRoles)
	s.compareRole("the judge", o.Judge, n.Judge)
	s.compareRoleList("those who judge beside them", o.AlsoJudge, n.AlsoJudge)
	s.compareFlag(o.AllMustAgree, n.AllMustAgree, "every judge must now be satisfied", "one satisfied judge is now enough")
	s.compareRoleList("those who may take it further", o.MayEscalate, n.MayEscalate)
	s.compareRoleList("those who read the answer", o.CopyTo, n.CopyTo)
	d.compareDueTime(s, o, n)
	s.compareValue("the form of the answer", formText(o.Form), formText(n.Form))
	d.compareMeeting(s, o.Meeting, n.Meeting)
	d.compareGates(s, o.Gates, n.Gates)
	s.compareValue("what silence does", lapseEffectText(o.OnLapse), lapseEffectText(n.OnLapse))
	if o.OnLapse != PromptOnLapse && n.OnLapse == PromptOnLapse {
		s.warnLonger("Silence on %s no longer moves a challenge on", n.Label)
	}
	compareOptional(s, "an exception to what follows “not satisfied”", o.IfNotSatisfied, n.IfNotSatisfied, destinationText, func(o, n *Destination) {
		if *o != *n {
			s.compareValue("what follows “not satisfied”", destinationText(d.old, o), destinationText(d.new, n))
		}
	})
}

func lapseEffectText(o LapseEffect) string {
	switch o {
	case EscalateOnLapse:
		return "to move the challenge on"
	case PromptOnLapse:
		return "to ask the judge, with nothing moving by itself"
	}
	return string(o)
}

func destinationText(l *Ladder, t *Destination) string {
	var phrases []string
	if t.Rung != "" {
		phrases = append(phrases, l.rungLabelWithID(t.Rung))
	}
	if t.HandOff != "" {
		phrases = append(phrases, fmt.Sprintf("handing it to “%s” (%s)", l.handOffLabel(t.HandOff), t.HandOff))
	}
	if t.End {
		phrases = append(phrases, "the end of the ladder")
	}
	return strings.Join(phrases, " and ")
}

func (d *comparison) compareRespondents(s partComparison, o, n Respondents) {
	s.compareRoleList("the respondents", o.Roles, n.Roles)
	for _, agency := range unionOfKeys(o.ByAgency, n.ByAgency) {
		was, old := o.ByAgency[agency]
		is, new := n.ByAgency[agency]
		noun := "the respondents for the agency " + agency
		s.compareRoleList(noun, was, is)
		if len(was)+len(is) == 0 {
			s.compareFlag(old, new, noun+" are now given, though they are none", noun+" are no longer given; they were none")
		}
	}
	s.compareRole("the one who replies", o.Responder, n.Responder)
	for _, agency := range unionOfKeys(o.ResponderByAgency, n.ResponderByAgency) {
		s.compareRole("the one who replies for the agency "+agency, o.ResponderByAgency[agency], n.ResponderByAgency[agency])
	}
	s.compareFlag(o.AllAnswer, n.AllAnswer, "each of them must now answer", "one answer is now enough")
	s.compareFlag(o.OutsideTenant, n.OutsideTenant, "the respondent now has no account; the asker records the reply", "the respondent now has an account and replies on a card")
	s.compareFlag(o.MayRepeat, n.MayRepeat, "somebody who answered below may now answer here too", "somebody who answered below may no longer answer here")
}

// compareDueTime compares what decides the due date of a rung.
func (d *comparison) compareDueTime(s partComparison, o, n Rung) {
	const remainder = "what is left of the case"
	was, is := windowTextOr(o.Window, ""), windowTextOr(n.Window, "")
	before, after := o.Window, n.Window
	if o.Remainder {
		was, before = strings.TrimPrefix(was+" or "+remainder, " or "), d.old.OverallLimit.Window
	}
	if n.Remainder {
		is, after = strings.TrimPrefix(is+" or "+remainder, " or "), d.new.OverallLimit.Window
	}
	if was != is {
		s.compareValue("the window", was, is)
		if before != nil && (after == nil || canEndLater(*before, *after)) {
			s.warnLonger("%s may now take longer", n.Label)
		}
	}
	s.compareWindow("the time in which it is acknowledged", "none", n.Label, o.Acknowledge, n.Acknowledge)
	s.compareWindow("after how long it is asked again, with no time set,", "never", n.Label, o.AskAgain, n.AskAgain)
	s.compareValue("the start of the window", windowStartText(o.WindowStart), windowStartText(n.WindowStart))
	s.compareValue("whose time it is", inWords(o.WindowOwner), inWords(n.WindowOwner))
	s.compareWindow("the limit from the start of the case", "none", n.Label, o.Within, n.Within)
	s.compareText("the source of the window", o.WindowSource, n.WindowSource)
	s.compareFlag(o.WindowInferred, n.WindowInferred, "the window is now marked as inferred", "the window is no longer marked as inferred")
}

func windowStartText(f WindowStart) string {
	switch f {
	case WindowFromReceipt:
		return "receipt"
	case WindowFromLimitStart:
		return "the start of the case"
	case WindowFromRaise:
		return "the raising of the challenge"
	case WindowFromConference:
		return "the conference"
	case WindowFromRungBelow:
		return "the end of the rung below"
	}
	return string(f)
}

func (d *comparison) compareSharedWindows(s partComparison) {
	compareParts(s, "shared time", "shared times", d.old.SharedWindows, d.new.SharedWindows,
		func(w SharedWindow) string { return w.ID },
		func(l *Ladder, w SharedWindow) string { return fmt.Sprintf("%s (%s)", w.Window, w.ID) },
		func(o, n SharedWindow) {
			s := d.atPart("the shared time " + inQuotes(n.ID))
			s.compareWindow("its length", "none", "Each of its rungs", &o.Window, &n.Window)
			s.compareValue("the rungs that share it", d.old.rungListText(o.Rungs), d.new.rungListText(n.Rungs))
			s.compareText("the source", o.Source, n.Source)
		})
}

// rungListText names rungs by their labels.
func (l *Ladder) rungListText(ids []string) string {
	return strings.Join(mapToStrings(ids, l.rungLabelWithID), ", ")
}

func (d *comparison) compareMeeting(s partComparison, old, new *MeetingRules) {
	text := func(l *Ladder, m *MeetingRules) string { return l.meetingText(m) }
	compareOptional(s, "a meeting", old, new, text, func(o, n *MeetingRules) {
		s := s.atSubpart("meeting")
		s.compareRole("its chair", o.Chair, n.Chair)
		s.compareText("who takes the minutes", o.MinutedBy, n.MinutedBy)
		s.compareRoleList("those invited", o.Invite, n.Invite)
		s.compareRoleList("those who do not attend", o.Exclude, n.Exclude)
		s.compareRoleList("those who must attend", o.MustAttend, n.MustAttend)
		s.compareRoleList("those who may attend", o.MayAttend, n.MayAttend)
		s.compareRoleList("those who receive the outcome", o.OutputTo, n.OutputTo)
		s.compareFlag(o.AttendeesAdHoc, n.AttendeesAdHoc, "attendees are now decided at the time", "attendees are no longer decided at the time")
		s.compareFlag(o.AtRespondentsDiscretion, n.AtRespondentsDiscretion, "the meeting is now at the respondent's choice", "the meeting is no longer at the respondent's choice")
		s.compareText("the source", o.Source, n.Source)
	})
}

func (d *comparison) compareGates(s partComparison, old, new []Gate) {
	compareParts(s, "gate", "gates", old, new,
		func(g Gate) string { return g.ID },
		func(l *Ladder, g Gate) string { return inQuotes(l.gateText(g)) + " (" + g.ID + ")" },
		func(o, n Gate) {
			s := s.atSubpart("gate " + inQuotes(n.Label))
			s.compareText("the label", o.Label, n.Label)
			s.compareValue("the kind", inWords(o.Kind), inWords(n.Kind))
			s.compareText("the source", o.Source, n.Source)
			s.compareRole("who is consulted or told", o.Consultee, n.Consultee)
			s.compareRole("who opens it", o.OpenedBy, n.OpenedBy)
			s.compareValue("the outcome it needs", inWords(o.Needs), inWords(n.Needs))
			s.compareFlag(o.MayOverride, n.MayOverride, "a refusal may now be overridden with a reason", "a refusal may no longer be overridden")
			s.compareFlag(o.MayOpenAhead, n.MayOpenAhead, "it may now be opened ahead", "it may no longer be opened ahead")
			d.compareFields(s, o.Fields, n.Fields)
			s.compareWindow("the time after which it opens by itself", "none", "The gate", o.Within, n.Within)
			s.compareWindow("after how long it is asked for again", "each working day", "The gate", o.AskAgain, n.AskAgain)
			s.compareFlag(o.WithinInferred, n.WithinInferred, "that time is now marked as inferred", "that time is no longer marked as inferred")
			s.compareValue("the gate whose refusal it follows", o.OnlyIfNotAgreed, n.OnlyIfNotAgreed)
			s.compareFlag(o.DirectEntryOnly, n.DirectEntryOnly, "it now holds direct entries only", "it now holds every entry")
		})
}

func (d *comparison) compareFields(s partComparison, old, new []Field) {
	compareParts(s, "field", "fields", old, new,
		func(f Field) string { return f.ID },
		func(_ *Ladder, f Field) string { return inQuotes(f.Label) + " (" + f.ID + ")" },
		func(o, n Field) {
			s := s.atSubpart("field " + inQuotes(n.Label))
			s.compareText("the label", o.Label, n.Label)
			s.compareValue("the kind", inWords(o.Kind), inWords(n.Kind))
			s.compareFlag(o.Optional, n.Optional, "it may now be left empty", "it must now be filled in")
			s.compareFlag(o.PastOnly, n.PastOnly, "its date may no longer be in the future", "its date may now be in the future")
		})
}
