package ladder

import (
	"fmt"
	"strings"
)

func (d *differ) rungs(s scope) {
	parts(s, rungWord(d.new), rungWord(d.new)+"s", d.old.Rungs, d.new.Rungs,
		func(r Rung) string { return r.ID },
		func(l *Ladder, r Rung) string { return inQuotes(r.Label) + " (" + r.ID + ")" },
		d.rung)
}

// rungWord is the authority's word for a rung where it is a single word.
func rungWord(l *Ladder) string {
	if w := l.Words.Rung; w != "" && !strings.Contains(w, " ") {
		return w
	}
	return "rung"
}

func (d *differ) rung(o, n Rung) {
	s := d.at(orElse(n.Label, n.ID))
	s.text("the label", o.Label, n.Label)
	s.was("the kind", inWords(o.Kind), inWords(n.Kind))
	s.text("the source", o.Source, n.Source)
	s.text("the text on the card", o.About, n.About)
	s.role("who puts the challenge", o.Asked, n.Asked)
	d.respond(s, o.Respond, n.Respond)
	s.roles("those alerted", o.Alerted, n.Alerted)
	s.role("the judge", o.Judge, n.Judge)
	d.rungTime(s, o, n)
	s.was("the form of the answer", formText(o.Form), formText(n.Form))
	d.meeting(s, o.Meeting, n.Meeting)
	d.gates(s, o.Gates, n.Gates)
	s.was("what silence does", lapseText(o.OnLapse), lapseText(n.OnLapse))
	if o.OnLapse != Prompt && n.OnLapse == Prompt {
		s.warn("Silence on %s no longer moves a challenge on", n.Label)
	}
	optional(s, "an exception to what follows “not satisfied”", o.Then, n.Then, thenText, func(o, n *Then) {
		if *o != *n {
			s.was("what follows “not satisfied”", thenText(d.old, o), thenText(d.new, n))
		}
	})
}

func lapseText(o OnLapse) string {
	switch o {
	case Escalate:
		return "to move the challenge on"
	case Prompt:
		return "to ask the judge, with nothing moving by itself"
	}
	return string(o)
}

func thenText(l *Ladder, t *Then) string {
	var said []string
	if t.Rung != "" {
		said = append(said, l.rungName(t.Rung))
	}
	if t.HandOff != "" {
		said = append(said, fmt.Sprintf("handing it to “%s” (%s)", l.handOffLabel(t.HandOff), t.HandOff))
	}
	if t.End {
		said = append(said, "the end of the ladder")
	}
	return strings.Join(said, " and ")
}

func (d *differ) respond(s scope, o, n Respond) {
	s.roles("the respondents", o.Roles, n.Roles)
	for _, agency := range keysOf(o.ByAgency, n.ByAgency) {
		was, old := o.ByAgency[agency]
		is, new := n.ByAgency[agency]
		noun := "the respondents for the agency " + agency
		s.roles(noun, was, is)
		if len(was)+len(is) == 0 {
			s.flag(old, new, noun+" are now given, though they are none", noun+" are no longer given; they were none")
		}
	}
	s.role("the one who replies", o.Replier, n.Replier)
	for _, agency := range keysOf(o.ReplierByAgency, n.ReplierByAgency) {
		s.role("the one who replies for the agency "+agency, o.ReplierByAgency[agency], n.ReplierByAgency[agency])
	}
	s.flag(o.Outside, n.Outside, "the respondent now has no account; the asker records the reply", "the respondent now has an account and replies on a card")
	s.flag(o.MayRepeat, n.MayRepeat, "somebody who answered below may now answer here too", "somebody who answered below may no longer answer here")
}

// rungTime compares what decides the due date of a rung.
func (d *differ) rungTime(s scope, o, n Rung) {
	const remainder = "what is left of the case"
	was, is := windowOr(o.Window, ""), windowOr(n.Window, "")
	before, after := o.Window, n.Window
	if o.Remainder {
		was, before = strings.TrimPrefix(was+" or "+remainder, " or "), d.old.Case.Limit
	}
	if n.Remainder {
		is, after = strings.TrimPrefix(is+" or "+remainder, " or "), d.new.Case.Limit
	}
	if was != is {
		s.was("the window", was, is)
		if before != nil && (after == nil || grows(*before, *after)) {
			s.warn("%s may now take longer", n.Label)
		}
	}
	s.was("the start of the window", fromText(o.From), fromText(n.From))
	s.was("whose time it is", inWords(o.Owner), inWords(n.Owner))
	s.window("the limit from the start of the case", "none", n.Label, o.Within, n.Within)
	s.text("the source of the window", o.WindowSource, n.WindowSource)
	s.flag(o.WindowInferred, n.WindowInferred, "the window is now marked as inferred", "the window is no longer marked as inferred")
}

func fromText(f From) string {
	switch f {
	case Receipt:
		return "receipt"
	case CaseBegan:
		return "the start of the case"
	}
	return string(f)
}

func (d *differ) meeting(s scope, old, new *MeetingKit) {
	text := func(l *Ladder, m *MeetingKit) string { return l.meetingText(m) }
	optional(s, "a meeting", old, new, text, func(o, n *MeetingKit) {
		s := s.inside("meeting")
		s.role("its chair", o.Chair, n.Chair)
		s.text("who takes the minutes", o.MinutedBy, n.MinutedBy)
		s.roles("those invited", o.Invite, n.Invite)
		s.roles("those who do not attend", o.Exclude, n.Exclude)
		s.roles("those who must attend", o.MustAttend, n.MustAttend)
		s.roles("those who may attend", o.Optional, n.Optional)
		s.roles("those who receive the outcome", o.OutputTo, n.OutputTo)
		s.flag(o.AdHoc, n.AdHoc, "attendees are now decided at the time", "attendees are no longer decided at the time")
		s.flag(o.MayHold, n.MayHold, "the meeting is now at the respondent's choice", "the meeting is no longer at the respondent's choice")
		s.text("the source", o.Source, n.Source)
	})
}

func (d *differ) gates(s scope, old, new []Gate) {
	parts(s, "gate", "gates", old, new,
		func(g Gate) string { return g.ID },
		func(l *Ladder, g Gate) string { return inQuotes(l.gateText(g)) + " (" + g.ID + ")" },
		func(o, n Gate) {
			s := s.inside("gate " + inQuotes(n.Label))
			s.text("the label", o.Label, n.Label)
			s.was("the kind", inWords(o.Kind), inWords(n.Kind))
			s.text("the source", o.Source, n.Source)
			s.role("who is consulted or told", o.With, n.With)
			s.role("who opens it", o.By, n.By)
			s.was("the outcome it needs", inWords(o.Needs), inWords(n.Needs))
			s.flag(o.Override, n.Override, "a refusal may now be overridden with a reason", "a refusal may no longer be overridden")
			s.flag(o.Ahead, n.Ahead, "it may now be opened ahead", "it may no longer be opened ahead")
			d.fields(s, o.Fields, n.Fields)
			s.window("the time after which it opens by itself", "none", "The gate", o.Within, n.Within)
			s.was("the gate whose refusal it follows", o.OnlyIfRefused, n.OnlyIfRefused)
			s.flag(o.DirectOnly, n.DirectOnly, "it now holds direct entries only", "it now holds every entry")
		})
}

func (d *differ) fields(s scope, old, new []Field) {
	parts(s, "field", "fields", old, new,
		func(f Field) string { return f.ID },
		func(_ *Ladder, f Field) string { return inQuotes(f.Label) + " (" + f.ID + ")" },
		func(o, n Field) {
			s := s.inside("field " + inQuotes(n.Label))
			s.text("the label", o.Label, n.Label)
			s.was("the kind", inWords(o.Kind), inWords(n.Kind))
			s.flag(o.Optional, n.Optional, "it may now be left empty", "it must now be filled in")
			s.flag(o.Past, n.Past, "its date may no longer be in the future", "its date may now be in the future")
		})
}
