package ladder

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Page is the ladder as a page of plain text that a manager can check against the
// procedure: each rung, who answers, in what time, behind which gates, and where
// the procedure says so.
func Page(l *Ladder) string {
	p := &page{l: l}
	p.line("%s (%s, version %d)", l.Title, l.Authority, l.Version)
	p.line("%s", strings.Repeat("=", len([]rune(l.Title))))
	p.line("Source: %s", l.Source)
	p.line("Plans: %s. Concerns: %s. Direction: %s.", joined(l.Plans), l.Party, strings.ReplaceAll(string(l.Direction), "-", " "))
	p.line("Raised by: %s.", p.named(l.Raisers()))
	p.caseClock()
	for i := range l.Rungs {
		p.rung(i+1, &l.Rungs[i])
	}
	p.skips()
	p.outside()
	p.records()
	p.line("")
	p.line("Text of this ladder: %s", l.Digest())
	return p.b.String()
}

type page struct {
	l *Ladder
	b strings.Builder
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

// said prints a labelled line if there is something to say.
func (p *page) said(label, text string) {
	if text != "" {
		p.line("   %-13s %s", label, text)
	}
}

func (p *page) caseClock() {
	k := p.l.Case
	starts := "when the challenge is raised"
	if k.Starts == FirstFormal {
		starts = "with the first formal " + p.l.Words.Rung
	}
	p.line("The clock of the case starts %s.", starts)
	if k.Limit != nil {
		kind := "a target that is shown and reported"
		if k.Hard {
			kind = "a limit that binds every due date"
		}
		p.line("Whole case: %s, %s%s.", k.Limit, kind, bracketed(k.Source))
	}
	if k.Statutory != nil {
		from := ""
		if r, ok := p.l.Rung(k.StatutoryFrom); ok {
			from = ", which begins with " + r.Label + ","
		}
		p.line("For a looked-after child: a warning when the formal part%s passes %s.", from, k.Statutory)
	}
}

func (p *page) rung(n int, r *Rung) {
	p.line("")
	p.line("%d. %s (%s)%s", n, r.Label, r.Kind, bracketed(r.Source))
	p.said("What", r.About)
	if r.Asked != "" && r.Asked != RoleChair {
		p.said("Asked by", p.l.RoleLabel(r.Asked))
	}
	p.respond(&r.Respond)
	p.said("Alerted", p.named(r.Alerted))
	p.said("Time", p.l.timeText(r))
	p.said("Form", formText(r.Form))
	p.meeting(r.Meeting)
	p.gates("Gate", r.Gates)
	p.said("Judged by", p.l.RoleLabel(r.JudgeOf()))
	p.said("Silence", p.l.silence(r))
	p.said("Not satisfied", p.l.onward(r))
}

func (p *page) respond(r *Respond) {
	who := p.named(r.Roles)
	switch {
	case r.Replier != "":
		who += "; the reply is " + p.l.RoleLabel(r.Replier) + "'s"
	case len(r.Roles) > 1:
		who += "; any one of them may reply"
	}
	if r.Outside {
		who += "; the asker records the reply of somebody without an account"
	}
	p.said("Answers", who)
	for _, agency := range slices.Sorted(maps.Keys(r.ByAgency)) {
		who := p.named(r.ByAgency[agency])
		if reply := r.ReplierByAgency[agency]; reply != "" {
			who += "; the reply is " + p.l.RoleLabel(reply) + "'s"
		}
		p.said("", agency+": "+who)
	}
}

// timeText is a rung's window in words.
func (l *Ladder) timeText(r *Rung) string {
	var text string
	switch {
	case r.Remainder && l.Case.Limit != nil:
		text = fmt.Sprintf("what is left of the case's %s, 1 working day at the least", l.Case.Limit)
	case r.Window != nil && r.From == CaseBegan:
		text = fmt.Sprintf("until the %s from the start of the case", r.Window)
	case r.Window != nil:
		text = fmt.Sprintf("%s from receipt", r.Window)
	}
	if r.Within != nil {
		text += fmt.Sprintf(", and within %s from the start of the case: the earlier holds", r.Within)
	}
	if r.Owner == OwnerChair {
		text += "; the chair's own deadline"
	}
	if r.WindowInferred {
		text += "; inferred, the procedure states none"
	}
	return text + bracketed(r.WindowSource)
}

func (p *page) meeting(m *MeetingKit) {
	if m != nil {
		p.said("Meeting", p.l.meetingText(m)+bracketed(m.Source))
	}
}

// meetingText is what a meeting must be, in words.
func (l *Ladder) meetingText(m *MeetingKit) string {
	text := "chaired by " + l.RoleLabel(m.Chair)
	if m.MayHold {
		text = "if required, " + text
	}
	if m.MinutedBy != "" {
		text += ", minuted by " + m.MinutedBy
	}
	for _, part := range []struct {
		label string
		roles []Role
	}{{"invited", m.Invite}, {"must attend", m.MustAttend}, {"may attend", m.Optional}, {"does not attend", m.Exclude}, {"outcome to", m.OutputTo}} {
		if len(part.roles) > 0 {
			text += "; " + part.label + ": " + l.named(part.roles)
		}
	}
	if m.AdHoc {
		text += "; attendees are decided at the time"
	}
	return text
}

func (p *page) gates(label string, gates []Gate) {
	for _, g := range gates {
		p.said(label, p.l.gateText(g)+bracketed(g.Source))
	}
}

// gateText is a gate in words.
func (l *Ladder) gateText(g Gate) string {
	text := g.Label
	if g.With != "" {
		text += ", with " + l.RoleLabel(g.With)
	}
	switch {
	case g.Kind == EscalateBy:
		text += fmt.Sprintf(", within %s, then it opens by itself", g.Within)
	case g.Override:
		text += ", must be agreed; " + l.RoleLabel(g.Opener()) + " may go on against a refusal with a reason"
	case g.Needs == Agreed:
		text += ", must be agreed"
	case g.Kind == Consult || g.Kind == Threshold:
		text += ", must be held, need not be agreed"
	}
	if g.OnlyIfRefused != "" {
		text += "; only if the view before was against"
	}
	if g.DirectOnly {
		text += "; for a direct entry only"
	}
	if g.Ahead {
		text += "; may be done ahead"
	}
	for _, f := range g.Fields {
		text += "; write: " + f.Label
	}
	return text
}

// silence says what happens when the window ends without a reply.
func (l *Ladder) silence(r *Rung) string {
	next := l.Above(r)
	switch {
	case r.OnLapse == Prompt && next != nil:
		return l.RoleLabel(r.JudgeOf()) + " is asked to decide; nothing moves by itself"
	case next == nil:
		return "told to " + l.RoleLabel(r.JudgeOf()) + " and to " + l.RoleLabel(RoleOversight) + "; nothing moves by itself"
	case len(next.Gates) > 0:
		return "moves towards " + next.Label + " and waits at its gate"
	}
	return "moves to " + next.Label
}

// onward says where "not satisfied" leads.
func (l *Ladder) onward(r *Rung) string {
	next := l.Above(r)
	switch {
	case r.Then != nil && r.Then.HandOff != "":
		return "handed to " + l.handOffLabel(r.Then.HandOff)
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

func (p *page) skips() {
	for _, s := range p.l.Skips {
		var to, grounds []string
		for _, id := range s.To {
			if r, ok := p.l.Rung(id); ok {
				to = append(to, r.Label)
			}
		}
		for _, g := range s.Ground {
			grounds = append(grounds, g.Label)
		}
		p.line("")
		p.line("Straight to %s%s", strings.Join(to, " or "), bracketed(s.Source))
		p.said("Grounds", strings.Join(grounds, "; "))
		p.gates("Gate", s.Gates)
	}
}

func (p *page) outside() {
	if e := p.l.External; e != nil {
		p.line("")
		p.line("%s: only a person refers%s", e.To, bracketed(e.Source))
		p.said("By", p.l.RoleLabel(e.By))
		if e.OnlyLookedAfter {
			p.said("Only", "for a looked-after child")
		}
		if e.AnyTime {
			p.said("When", "at any time, whatever the ladder has reached")
		}
		p.said("Before", p.named(e.InformBefore))
		p.said("Consult", p.named(e.Consult))
		p.said("Contact", e.Contact)
		p.said("Advice", e.Advice)
	}
	for _, h := range p.l.HandOffs {
		p.line("")
		p.line("May be handed to: %s%s", h.Label, bracketed(h.Source))
	}
	if c := p.l.PartnerConcerns; c != nil {
		text := "Concerns about another agency are recorded, outside this ladder"
		if c.Mode == PartnerHandOff {
			text = "Concerns about another agency go to " + p.l.handOffLabel(c.To)
		}
		p.line("")
		p.line("%s%s", text, bracketed(c.Source))
	}
	if s := p.l.Shorten; s != nil {
		p.line("")
		p.line("%s may ask for a reply sooner, never later%s", p.l.RoleLabel(s.By), bracketed(s.Source))
	}
}

func (p *page) records() {
	for _, r := range p.l.Records {
		p.line("")
		p.line("Record (%s): %s%s", strings.Join(r.On, ", "), p.l.recordText(r), bracketed(r.Source))
	}
	for _, n := range p.l.Notices {
		p.line("")
		p.line("Told (%s): %s%s", strings.Join(n.On, ", "), p.named(n.To), bracketed(n.Source))
	}
	p.beside()
}

// recordText is where a note goes and who writes it.
func (l *Ladder) recordText(r Record) string {
	where := slices.DeleteFunc([]string{r.System, r.Location, r.Mailbox}, func(s string) bool { return s == "" })
	return strings.Join(where, ", ") + ", by " + l.RoleLabel(r.Author)
}

// beside is what the procedure wants beside its ladder.
func (p *page) beside() {
	said := func(text, source string) {
		p.line("")
		p.line("%s%s", text, bracketed(source))
	}
	if t := p.l.Themes; t != nil {
		said("Themes go to "+p.l.RoleLabel(t.To)+": "+t.About, t.Source)
	}
	if c := p.l.Conference; c != nil {
		said("The chair tells the conference, by word of mouth, of challenges raised since the last one and intended", c.Source)
	}
	for _, r := range p.l.Reports {
		said(fmt.Sprintf("Every %s %s reports to the %s: %s", r.Every, p.l.RoleLabel(r.By), r.To, strings.Join(r.Measures, ", ")), r.Source)
	}
	if o := p.l.Oversight; o != nil {
		text := "Watched by " + p.l.RoleLabel(o.Role)
		if r, ok := p.l.Rung(o.ResolveBefore); ok {
			text += ", to be resolved before " + r.Label
		}
		said(text, o.Source)
	}
	if g := p.l.GoodPractice; g != nil {
		said(g.About, g.Source)
	}
}

func (p *page) named(roles []Role) string { return p.l.named(roles) }

// named are the authority's names of some roles.
func (l *Ladder) named(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = l.RoleLabel(r)
	}
	return strings.Join(names, ", ")
}

func bracketed(source string) string {
	if source == "" {
		return ""
	}
	return " [" + source + "]"
}

func joined[T ~string](words []T) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = strings.ReplaceAll(string(w), "-", " ")
	}
	return strings.Join(all, ", ")
}

func formText(f Form) string {
	switch f {
	case FormPlan:
		return "a written reply with an agreed plan: what, who, by when"
	case FormReply:
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
