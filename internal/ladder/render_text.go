package ladder

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"challengebot/internal/directory"
)

// RenderText is the ladder as a page of plain text that a manager can check against the
// procedure: each rung, who answers, in what time, behind which gates, and where
// the procedure says so.
func RenderText(l *Ladder) string {
	p := &textPage{l: l}
	p.writeLine("%s (%s, version %d)", l.Title, l.Authority, l.Version)
	p.writeLine("%s", strings.Repeat("=", len([]rune(l.Title))))
	p.writeLine("Source: %s", l.Source)
	p.writeLine("Plans: %s. Concerns: %s. Direction: %s (kept for the page).", joinWords(l.Plans), l.Party, strings.ReplaceAll(string(l.Direction), "-", " "))
	p.writeLine("Raised by: %s.", p.roleLabels(l.RaiserRoles()))
	for _, role := range slices.Sorted(maps.Keys(l.OwnSide)) {
		p.writeLine("On the side of whoever raises it: %s, the %s of their own team or agency.", l.RoleLabel(role), l.OwnSide[role])
	}
	if w := l.RaiseWithin; w != nil {
		p.writeLine("To be raised within %s of the %s; later with a reason%s.", w.Window, l.Words.Conference, inBrackets(w.Source))
	}
	p.writeSubjects()
	p.writeOverallLimit()
	for i := range l.Rungs {
		p.writeRung(i+1, &l.Rungs[i])
	}
	p.writeUrgencies()
	p.writeSkips()
	p.writeWaysOut()
	p.writeRecordingRules()
	p.writeLine("")
	p.writeLine("Text of this ladder: %s", l.Hash())
	return p.b.String()
}

type textPage struct {
	l *Ladder
	b strings.Builder
}

func (p *textPage) writeLine(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

// writeItem prints a labelled line if there is something to say.
func (p *textPage) writeItem(label, text string) {
	if text != "" {
		p.writeLine("   %-13s %s", label, text)
	}
}

// writeSubjects prints what a challenge can be about where the file lists it.
func (p *textPage) writeSubjects() {
	var subjects []string
	for _, s := range p.l.Subjects {
		text := s.Label
		switch s.Date {
		case DateOptional:
			text += " (date if there is one)"
		case DateNone:
			text += " (no date)"
		}
		subjects = append(subjects, text)
	}
	if len(subjects) > 0 {
		p.writeLine("About: %s.", strings.Join(subjects, "; "))
	}
}

func (p *textPage) writeOverallLimit() {
	k := p.l.OverallLimit
	starts := "when the challenge is raised"
	if k.Starts == LimitFromFirstFormal {
		starts = "with the first formal " + p.l.Words.Rung
	}
	p.writeLine("The clock of the case starts %s.", starts)
	if k.Window != nil {
		kind := "a target that is shown and reported"
		if k.Hard {
			kind = "a limit that binds every due date"
		}
		p.writeLine("Whole case: %s, %s%s.", k.Window, kind, inBrackets(k.Source))
	}
	if k.Statutory != nil {
		from := ""
		if r, ok := p.l.RungByID(k.StatutoryFrom); ok {
			from = ", which begins with " + r.Label + ","
		}
		p.writeLine("For a looked-after child: a warning when the formal part%s passes %s.", from, k.Statutory)
	}
}

func (p *textPage) writeRung(n int, r *Rung) {
	p.writeLine("")
	p.writeLine("%d. %s (%s)%s", n, r.Label, r.Kind, inBrackets(r.Source))
	p.writeItem("What", r.About)
	p.writeItem("Asked", r.Asks)
	if r.AskedBy != "" && r.AskedBy != directory.RoleChair {
		p.writeItem("Asked by", p.l.RoleLabel(r.AskedBy))
	}
	p.writeRespondents(&r.Respondents)
	p.writeItem("Alerted", p.roleLabels(r.AlertedRoles))
	p.writeItem("Time", p.l.windowDescription(r))
	p.writeItem("Form", formText(r.Form))
	p.writeMeeting(r.Meeting)
	p.writeGates("Gate", r.Gates)
	p.writeItem("Judged by", p.l.judgesText(r))
	p.writeItem("Copied to", p.roleLabels(r.CopyTo))
	p.writeItem("Taken further", p.roleLabels(r.MayEscalate))
	p.writeItem("Silence", p.l.onLapseText(r))
	p.writeItem("Not satisfied", p.l.notSatisfiedText(r))
}

func (p *textPage) writeRespondents(r *Respondents) {
	who := p.roleLabels(r.Roles)
	switch {
	case r.Responder != "":
		who += "; the reply is " + p.l.RoleLabel(r.Responder) + "'s"
	case r.AllAnswer:
		who += "; each of them must reply"
	case len(r.Roles) > 1:
		who += "; any one of them may reply"
	}
	if r.OutsideTenant {
		who += "; the asker records the reply of somebody without an account"
	}
	p.writeItem("Answers", who)
	for _, agency := range slices.Sorted(maps.Keys(r.ByAgency)) {
		who := p.roleLabels(r.ByAgency[agency])
		if reply := r.ResponderByAgency[agency]; reply != "" {
			who += "; the reply is " + p.l.RoleLabel(reply) + "'s"
		}
		p.writeItem("", agency+": "+who)
	}
}

// windowDescription is a rung's window in words.
func (l *Ladder) windowDescription(r *Rung) string {
	var text string
	shared := l.SharedWindowOf(r.ID)
	switch {
	case r.Remainder && shared != nil:
		text = fmt.Sprintf("what is left of the %s that it shares with %s, 1 working day at the least", shared.Window, l.otherSharers(shared, r.ID))
	case r.Remainder && l.OverallLimit.Window != nil:
		text = fmt.Sprintf("what is left of the case's %s, 1 working day at the least", l.OverallLimit.Window)
	case r.HasNoLimit():
		text = fmt.Sprintf("none; asked again after each %s", r.AskAgain)
	case r.Window != nil && r.WindowStart == WindowFromLimitStart:
		text = fmt.Sprintf("until the %s from the start of the case", r.Window)
	case r.Window != nil && r.Window.IsDayZero():
		text = fmt.Sprintf("%s, by the end of the working day of receipt", r.Window)
	case r.Window != nil:
		text = fmt.Sprintf("%s from %s", r.Window, windowStartText(r.WindowStart))
		if r.WindowStart != WindowFromReceipt {
			text += ", 1 working day at the least"
		}
	}
	if r.Window != nil && shared != nil {
		text += fmt.Sprintf(", and %s together with %s: the earlier holds", shared.Window, l.otherSharers(shared, r.ID))
	}
	if r.Within != nil {
		text += fmt.Sprintf(", and within %s from the start of the case: the earlier holds", r.Within)
	}
	if r.Acknowledge != nil {
		text += fmt.Sprintf("; to be acknowledged within %s", r.Acknowledge)
	}
	if r.WindowOwner == OwnerChair {
		text += "; the chair's own deadline"
	}
	if r.WindowInferred {
		text += "; inferred, the procedure states none"
	}
	return text + inBrackets(r.WindowSource)
}

// otherSharers are the rungs with which a rung shares a window.
func (l *Ladder) otherSharers(w *SharedWindow, rung string) string {
	var labels []string
	for _, id := range w.Rungs {
		if r, ok := l.RungByID(id); ok && id != rung {
			labels = append(labels, r.Label)
		}
	}
	return strings.Join(labels, ", ")
}

// judgesText is who says whether the answer satisfies.
func (l *Ladder) judgesText(r *Rung) string {
	text := l.RoleLabel(r.JudgeRole())
	for _, role := range r.AlsoJudge {
		text += ", " + l.RoleLabel(role)
	}
	switch {
	case len(r.AlsoJudge) == 0:
		return text
	case r.AllMustAgree:
		return text + "; all of them must be satisfied"
	}
	return text + "; any one of them"
}

// writeUrgencies prints what cannot wait as long as others.
func (p *textPage) writeUrgencies() {
	for _, u := range p.l.Urgencies {
		p.writeLine("")
		text := fmt.Sprintf("Urgent: %s. Every %s has %s at the most%s, until the chair lifts it", u.Label, p.l.Words.Rung, u.Window, inferredText(u.WindowInferred))
		if r, ok := p.l.RungByID(u.StartAt); ok {
			text += "; it begins on " + r.Label
		}
		p.writeLine("%s%s.", text, inBrackets(u.Source))
	}
}

func inferredText(inferred bool) string {
	if inferred {
		return " (inferred, the procedure states no time)"
	}
	return ""
}

func (p *textPage) writeMeeting(m *MeetingRules) {
	if m != nil {
		p.writeItem("Meeting", p.l.meetingText(m)+inBrackets(m.Source))
	}
}

// meetingText is what a meeting must be, in words.
func (l *Ladder) meetingText(m *MeetingRules) string {
	text := "chaired by " + l.RoleLabel(m.Chair)
	if m.AtRespondentsDiscretion {
		text = "if required, " + text
	}
	if m.MinutedBy != "" {
		text += ", minuted by " + m.MinutedBy
	}
	for _, part := range []struct {
		label string
		roles []directory.Role
	}{{"invited", m.Invite}, {"must attend", m.MustAttend}, {"may attend", m.MayAttend}, {"does not attend", m.Exclude}, {"outcome to", m.OutputTo}} {
		if len(part.roles) > 0 {
			text += "; " + part.label + ": " + l.roleLabels(part.roles)
		}
	}
	if m.AttendeesAdHoc {
		text += "; attendees are decided at the time"
	}
	return text
}

func (p *textPage) writeGates(label string, gates []Gate) {
	for _, g := range gates {
		p.writeItem(label, p.l.gateText(g)+inBrackets(g.Source))
	}
}

// gateText is a gate in words.
func (l *Ladder) gateText(g Gate) string {
	text := g.Label
	if g.Consultee != "" {
		text += ", with " + l.RoleLabel(g.Consultee)
	}
	switch {
	case g.Kind == GateEscalation:
		text += fmt.Sprintf(", within %s, then it opens by itself", g.Within)
		text += inferredText(g.WithinInferred)
	case g.MayOverride:
		text += ", must be agreed; " + l.RoleLabel(g.OpenerRole()) + " may go on against a refusal with a reason"
	case g.Needs == Agreed:
		text += ", must be agreed"
	case g.Kind == GateConsult || g.Kind == GateThreshold:
		text += ", must be held, need not be agreed"
	}
	if g.OnlyIfNotAgreed != "" {
		text += "; only if the view before was against"
	}
	if g.DirectEntryOnly {
		text += "; for a direct entry only"
	}
	if g.MayOpenAhead {
		text += "; may be done ahead"
	}
	for _, f := range g.Fields {
		text += "; write: " + f.Label
	}
	return text
}

// onLapseText says what happens when the window ends without a reply.
func (l *Ladder) onLapseText(r *Rung) string {
	next := l.EscalationTarget(r)
	switch {
	case r.OnLapse == PromptOnLapse && next != nil:
		return l.RoleLabel(r.JudgeRole()) + " is asked to decide; nothing moves by itself"
	case next == nil:
		return "told to " + l.RoleLabel(r.JudgeRole()) + " and to " + l.RoleLabel(directory.RoleOversight) + "; nothing moves by itself"
	case len(next.Gates) > 0:
		return "moves towards " + next.Label + " and waits at its gate"
	}
	return "moves to " + next.Label
}

// notSatisfiedText says where "not satisfied" leads.
func (l *Ladder) notSatisfiedText(r *Rung) string {
	next := l.EscalationTarget(r)
	switch {
	case r.IfNotSatisfied != nil && r.IfNotSatisfied.HandOff != "":
		return "handed to " + l.handOffLabel(r.IfNotSatisfied.HandOff)
	case next == nil:
		return "the end of the ladder"
	}
	return next.Label
}

func (l *Ladder) handOffLabel(id string) string {
	for _, h := range l.HandOffs {
		if h.ID == id {
			return h.Label
		}
	}
	return id
}

func (p *textPage) writeSkips() {
	for _, s := range p.l.Skips {
		var to, grounds []string
		for _, id := range s.To {
			if r, ok := p.l.RungByID(id); ok {
				to = append(to, r.Label)
			}
		}
		for _, g := range s.Grounds {
			text := g.Label
			if g.Window != nil {
				text += fmt.Sprintf(" (urgent: no rung has more than %s after it%s)", g.Window, inferredText(g.WindowInferred))
			}
			grounds = append(grounds, text)
		}
		p.writeLine("")
		p.writeLine("Straight to %s%s", strings.Join(to, " or "), inBrackets(s.Source))
		p.writeItem("Grounds", strings.Join(grounds, "; "))
		p.writeGates("Gate", s.Gates)
	}
}

func (p *textPage) writeWaysOut() {
	if e := p.l.ExternalReferral; e != nil {
		p.writeLine("")
		p.writeLine("%s: only a person refers%s", e.To, inBrackets(e.Source))
		p.writeItem("By", p.l.RoleLabel(e.ReferredBy))
		if e.OnlyLookedAfter {
			p.writeItem("Only", "for a looked-after child")
		}
		if e.AnyTime {
			p.writeItem("When", "at any time, whatever the ladder has reached")
		}
		p.writeItem("Before", p.roleLabels(e.InformBefore))
		p.writeItem("Consult", p.roleLabels(e.Consult))
		p.writeItem("Contact", e.Contact)
		p.writeItem("Advice", e.Advice)
	}
	for _, h := range p.l.HandOffs {
		p.writeLine("")
		p.writeLine("May be handed to: %s%s", h.Label, inBrackets(h.Source))
	}
	if c := p.l.PartnerConcerns; c != nil {
		text := "Concerns about another agency are recorded, outside this ladder"
		if c.Mode == PartnerHandOff {
			text = "Concerns about another agency go to " + p.l.handOffLabel(c.To)
		}
		p.writeLine("")
		p.writeLine("%s%s", text, inBrackets(c.Source))
	}
	if s := p.l.Shorten; s != nil {
		p.writeLine("")
		p.writeLine("%s may ask for a reply sooner, never later%s", p.l.RoleLabel(s.By), inBrackets(s.Source))
	}
}

func (p *textPage) writeRecordingRules() {
	for _, n := range p.l.Alerts {
		p.writeLine("")
		p.writeLine("Told (%s): %s%s", strings.Join(n.OnEvents, ", "), p.roleLabels(n.To), inBrackets(n.Source))
	}
	l := p.l
	if r := l.Register; r != nil {
		text := "Read in the register by: " + p.roleLabels(r.Roles)
		if from, ok := l.RungByID(r.From); ok {
			text += ", from " + from.Label + " on"
		}
		p.writeLine("")
		p.writeLine("%s%s", text, inBrackets(r.Source))
	}
	for _, r := range l.RecordingRules {
		p.writeLine("")
		p.writeLine("Record (%s): %s%s", strings.Join(r.OnEvents, ", "), l.recordingRuleText(r), inBrackets(r.Source))
	}
	if len(l.Reports) > 0 || l.Themes != nil || l.ConferenceList != nil || l.Oversight != nil || l.GoodPractice != nil {
		p.writeLine("")
		p.writeLine("Kept for the page: what follows stands in the procedure; people do it, the program does not yet.")
	}
	p.writeOtherParts()
}

// recordingRuleText is where a note goes and who writes it.
func (l *Ladder) recordingRuleText(r RecordingRule) string {
	where := slices.DeleteFunc([]string{r.System, r.Location, r.Mailbox}, func(s string) bool { return s == "" })
	text := strings.Join(where, ", ") + ", by " + l.RoleLabel(r.Author)
	if r.IsDocument() {
		return text + ", as a document, which the program does not make yet"
	}
	return text
}

// writeOtherParts is what the procedure wants beside its ladder.
func (p *textPage) writeOtherParts() {
	writePart := func(text, source string) {
		p.writeLine("")
		p.writeLine("%s%s", text, inBrackets(source))
	}
	if t := p.l.Themes; t != nil {
		writePart("Themes go to "+p.l.RoleLabel(t.To)+": "+t.About, t.Source)
	}
	if c := p.l.ConferenceList; c != nil {
		writePart("The chair tells the conference, by word of mouth, of challenges raised since the last one and intended", c.Source)
	}
	for _, r := range p.l.Reports {
		writePart(fmt.Sprintf("Every %s %s reports to the %s: %s", r.Every, p.l.RoleLabel(r.By), r.To, strings.Join(r.Measures, ", ")), r.Source)
	}
	if o := p.l.Oversight; o != nil {
		text := "Watched by " + p.l.RoleLabel(o.Role)
		if r, ok := p.l.RungByID(o.ResolveBefore); ok {
			text += ", to be resolved before " + r.Label
		}
		writePart(text, o.Source)
	}
	if g := p.l.GoodPractice; g != nil {
		writePart(g.About, g.Source)
	}
}

func (p *textPage) roleLabels(roles []directory.Role) string { return p.l.roleLabels(roles) }

// roleLabels are the authority's names of some roles.
func (l *Ladder) roleLabels(roles []directory.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = l.RoleLabel(r)
	}
	return strings.Join(names, ", ")
}

func inBrackets(source string) string {
	if source == "" {
		return ""
	}
	return " [" + source + "]"
}

func joinWords[T ~string](words []T) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = strings.ReplaceAll(string(w), "-", " ")
	}
	return strings.Join(all, ", ")
}

func formText(f ResponseForm) string {
	switch f {
	case FormPlan:
		return "a written reply with an agreed plan: what, who, by when"
	case FormWritten:
		return "a written reply"
	case FormDiscussion:
		return "a discussion, noted as query, action and outcome"
	case FormMeeting:
		return "a meeting"
	case FormDecision:
		return "a decision"
	case FormDifference:
		return "a note of the difference that remains, and the final decision"
	}
	return string(f)
}
