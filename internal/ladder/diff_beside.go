package ladder

import (
	"fmt"
	"strings"
)

func (d *differ) skips(s scope) {
	name := func(l *Ladder, k Skip) string { return "to " + strings.Join(each(k.To, l.rungName), " or ") }
	parts(s, "direct entry", "direct entries", d.old.Skips, d.new.Skips, nil, name, func(o, n Skip) {
		s := d.at("Direct entry " + name(d.new, n))
		s.rungsNamed("the rungs it leads to", o.To, n.To)
		parts(s, "ground", "grounds", o.Ground, n.Ground,
			func(g Ground) string { return g.ID },
			func(_ *Ladder, g Ground) string { return inQuotes(g.Label) + " (" + g.ID + ")" },
			func(o, n Ground) { s.text("the label of the ground "+n.ID, o.Label, n.Label) })
		d.gates(s, o.Gates, n.Gates)
		s.text("the source", o.Source, n.Source)
		s.flag(o.AtRaise, n.AtRaise, "it is now open only when the challenge is raised", "it is now open later than the raising too")
	})
}

// outside compares the ways out of the ladder.
func (d *differ) outside(s scope) {
	parts(s, "hand-off", "hand-offs", d.old.HandOffs, d.new.HandOffs,
		func(h HandOff) string { return h.ID },
		func(_ *Ladder, h HandOff) string { return inQuotes(h.Label) + " (" + h.ID + ")" },
		func(o, n HandOff) {
			s := d.at("Hand-off " + inQuotes(n.Label))
			s.text("the label", o.Label, n.Label)
			s.text("the source", o.Source, n.Source)
		})
	external := func(_ *Ladder, e *External) string { return e.To }
	optional(s, "an external referral", d.old.External, d.new.External, external, func(o, n *External) {
		s := d.at("Referral to " + n.To)
		s.text("the body", o.To, n.To)
		s.text("the source", o.Source, n.Source)
		s.role("who refers", o.By, n.By)
		s.flag(o.OnlyLookedAfter, n.OnlyLookedAfter, "it is now for looked-after children only", "it is now for children who are not looked after too")
		s.flag(o.AnyTime, n.AnyTime, "it is now possible at any time", "it is no longer possible at any time")
		s.roles("those told before", o.InformBefore, n.InformBefore)
		s.roles("those consulted", o.Consult, n.Consult)
		s.text("the contact", o.Contact, n.Contact)
		s.text("the advice", o.Advice, n.Advice)
	})
	concerns := func(_ *Ladder, p *PartnerConcerns) string { return inWords(p.Mode) }
	optional(s, "a rule for concerns about another agency", d.old.PartnerConcerns, d.new.PartnerConcerns, concerns, func(o, n *PartnerConcerns) {
		s := d.at("Concerns about another agency")
		s.was("the rule", inWords(o.Mode), inWords(n.Mode))
		s.was("the procedure they go to", o.To, n.To)
		s.text("what is to be written", o.Template, n.Template)
		s.text("the source", o.Source, n.Source)
	})
	shorten := func(l *Ladder, k *Shorten) string { return l.roleName(k.By) + " may ask for a reply sooner" }
	optional(s, "a shorter time on request", d.old.Shorten, d.new.Shorten, shorten, func(o, n *Shorten) {
		s := d.at("A shorter time on request")
		s.role("who may ask", o.By, n.By)
		s.was("the least time that is left", windowOr(o.Minimum, ""), windowOr(n.Minimum, ""))
		s.text("the source", o.Source, n.Source)
	})
}

// beside compares what stands beside the ladder: records, notices, reports.
func (d *differ) beside(s scope) {
	d.records(s)
	watch := func(l *Ladder, w *Oversight) string { return l.roleName(w.Role) }
	optional(s, "the watch over challenges", d.old.Oversight, d.new.Oversight, watch, func(o, n *Oversight) {
		s := d.at("The watch over challenges")
		s.role("who watches", o.Role, n.Role)
		if o.ResolveBefore != n.ResolveBefore {
			s.was("the rung before which to resolve", d.old.rungName(o.ResolveBefore), d.new.rungName(n.ResolveBefore))
		}
		s.text("the source", o.Source, n.Source)
	})
	d.notices(s)
	themes := func(l *Ladder, t *Themes) string { return "to " + l.roleName(t.To) }
	optional(s, "the note of themes", d.old.Themes, d.new.Themes, themes, func(o, n *Themes) {
		s := d.at("The note of themes")
		s.role("who is told", o.To, n.To)
		s.text("what it is about", o.About, n.About)
		s.text("the source", o.Source, n.Source)
	})
	list := func(*Ladder, *Conference) string { return "for the chair alone" }
	optional(s, "the list for the conference", d.old.Conference, d.new.Conference, list, func(o, n *Conference) {
		s := d.at("The list for the conference")
		s.flag(o.SinceLast, n.SinceLast, "it now holds challenges since the last one", "it no longer holds challenges since the last one")
		s.flag(o.Intended, n.Intended, "it now holds challenges intended", "it no longer holds challenges intended")
		s.text("the source", o.Source, n.Source)
	})
	d.reports(s)
	noted := func(_ *Ladder, g *Noted) string { return g.About }
	optional(s, "the note of good practice", d.old.GoodPractice, d.new.GoodPractice, noted, func(o, n *Noted) {
		s := d.at("The note of good practice")
		s.text("the text", o.About, n.About)
		s.text("the source", o.Source, n.Source)
	})
}

func (d *differ) records(s scope) {
	name := func(l *Ladder, r Record) string {
		return fmt.Sprintf("%s, on %s", l.recordText(r), strings.Join(r.On, ", "))
	}
	parts(s, "record", "records", d.old.Records, d.new.Records, nil, name, func(o, n Record) {
		s := d.at("Record in " + n.System)
		s.list("the events", o.On, n.On)
		s.role("who writes it", o.Author, n.Author)
		s.rungsNamed("the rungs it is for", o.Rungs, n.Rungs)
		s.text("the system", o.System, n.System)
		s.text("the place", o.Location, n.Location)
		s.text("the template", o.Template, n.Template)
		s.text("the mailbox", o.Mailbox, n.Mailbox)
		s.text("the source", o.Source, n.Source)
	})
}

func (d *differ) notices(s scope) {
	name := func(l *Ladder, n Notice) string {
		return fmt.Sprintf("to %s, on %s", l.named(n.To), strings.Join(n.On, ", "))
	}
	parts(s, "notice", "notices", d.old.Notices, d.new.Notices, nil, name, func(o, n Notice) {
		s := d.at("Notice " + name(d.new, n))
		s.list("the events", o.On, n.On)
		s.rungsNamed("the rungs it is for", o.Rungs, n.Rungs)
		s.roles("those told", o.To, n.To)
		s.text("the source", o.Source, n.Source)
	})
}

func (d *differ) reports(s scope) {
	name := func(l *Ladder, r Report) string {
		return fmt.Sprintf("every %s by %s to %s", r.Every, l.roleName(r.By), r.To)
	}
	parts(s, "report", "reports", d.old.Reports, d.new.Reports, nil, name, func(o, n Report) {
		s := d.at("Report " + name(d.new, n))
		s.was("how often", o.Every, n.Every)
		s.role("who reports", o.By, n.By)
		s.text("who receives it", o.To, n.To)
		s.list("what it measures", each(o.Measures, inQuotes), each(n.Measures, inQuotes))
		s.text("the source", o.Source, n.Source)
	})
}
