package ladder

import (
	"fmt"
	"strings"
)

func (d *comparison) compareSkips(s partComparison) {
	name := func(l *Ladder, k Skip) string {
		return "to " + strings.Join(mapToStrings(k.To, l.rungLabelWithID), " or ")
	}
	compareParts(s, "direct entry", "direct entries", d.old.Skips, d.new.Skips, nil, name, func(o, n Skip) {
		s := d.atPart("Direct entry " + name(d.new, n))
		s.compareRungList("the rungs it leads to", o.To, n.To)
		compareParts(s, "ground", "grounds", o.Grounds, n.Grounds,
			func(g Ground) string { return g.ID },
			func(_ *Ladder, g Ground) string { return inQuotes(g.Label) + " (" + g.ID + ")" },
			func(o, n Ground) {
				s.compareText("the label of the ground "+n.ID, o.Label, n.Label)
				s.compareWindow("the most that a rung has after the ground "+n.ID, "no limit of its own", "What is urgent", o.Window, n.Window)
				s.compareFlag(o.WindowInferred, n.WindowInferred, "that time is now marked as inferred", "that time is no longer marked as inferred")
			})
		d.compareGates(s, o.Gates, n.Gates)
		s.compareText("the source", o.Source, n.Source)
		s.compareFlag(o.OnlyAtRaise, n.OnlyAtRaise, "it is now open only when the challenge is raised", "it is now open later than the raising too")
	})
}

// compareWaysOut compares the ways out of the ladder.
func (d *comparison) compareWaysOut(s partComparison) {
	compareParts(s, "hand-off", "hand-offs", d.old.HandOffs, d.new.HandOffs,
		func(h HandOff) string { return h.ID },
		func(_ *Ladder, h HandOff) string { return inQuotes(h.Label) + " (" + h.ID + ")" },
		func(o, n HandOff) {
			s := d.atPart("Hand-off " + inQuotes(n.Label))
			s.compareText("the label", o.Label, n.Label)
			s.compareText("the source", o.Source, n.Source)
		})
	external := func(_ *Ladder, e *ExternalReferral) string { return e.To }
	compareOptional(s, "an external referral", d.old.ExternalReferral, d.new.ExternalReferral, external, func(o, n *ExternalReferral) {
		s := d.atPart("Referral to " + n.To)
		s.compareText("the body", o.To, n.To)
		s.compareText("the source", o.Source, n.Source)
		s.compareRole("who refers", o.ReferredBy, n.ReferredBy)
		s.compareFlag(o.OnlyLookedAfter, n.OnlyLookedAfter, "it is now for looked-after children only", "it is now for children who are not looked after too")
		s.compareFlag(o.AnyTime, n.AnyTime, "it is now possible at any time", "it is no longer possible at any time")
		s.compareRoleList("those told before", o.InformBefore, n.InformBefore)
		s.compareRoleList("those consulted", o.Consult, n.Consult)
		s.compareText("the contact", o.Contact, n.Contact)
		s.compareText("the advice", o.Advice, n.Advice)
	})
	concerns := func(_ *Ladder, p *PartnerConcerns) string { return inWords(p.Mode) }
	compareOptional(s, "a rule for concerns about another agency", d.old.PartnerConcerns, d.new.PartnerConcerns, concerns, func(o, n *PartnerConcerns) {
		s := d.atPart("Concerns about another agency")
		s.compareValue("the rule", inWords(o.Mode), inWords(n.Mode))
		s.compareValue("the procedure they go to", o.To, n.To)
		s.compareText("what is to be written", o.Template, n.Template)
		s.compareText("the source", o.Source, n.Source)
	})
	shorten := func(l *Ladder, k *ShortenRule) string { return l.roleLabelOrNone(k.By) + " may ask for a reply sooner" }
	compareOptional(s, "a shorter time on request", d.old.Shorten, d.new.Shorten, shorten, func(o, n *ShortenRule) {
		s := d.atPart("A shorter time on request")
		s.compareRole("who may ask", o.By, n.By)
		s.compareValue("the least time that is left", windowTextOr(o.Minimum, ""), windowTextOr(n.Minimum, ""))
		s.compareText("the source", o.Source, n.Source)
	})
}

// compareOtherParts compares what stands beside the ladder: records, notices, reports.
func (d *comparison) compareOtherParts(s partComparison) {
	d.compareRecordingRules(s)
	watch := func(l *Ladder, w *Oversight) string { return l.roleLabelOrNone(w.Role) }
	compareOptional(s, "the watch over challenges", d.old.Oversight, d.new.Oversight, watch, func(o, n *Oversight) {
		s := d.atPart("The watch over challenges")
		s.compareRole("who watches", o.Role, n.Role)
		if o.ResolveBefore != n.ResolveBefore {
			s.compareValue("the rung before which to resolve", d.old.rungLabelWithID(o.ResolveBefore), d.new.rungLabelWithID(n.ResolveBefore))
		}
		s.compareText("the source", o.Source, n.Source)
	})
	d.compareAlerts(s)
	readers := func(l *Ladder, r *RegisterReaders) string { return "for " + l.roleLabels(r.Roles) }
	compareOptional(s, "the register", d.old.Register, d.new.Register, readers, func(o, n *RegisterReaders) {
		s := d.atPart("The register")
		s.compareRoleList("who reads it", o.Roles, n.Roles)
		if o.From != n.From {
			s.compareValue("the rung from which on", d.old.rungLabelWithID(o.From), d.new.rungLabelWithID(n.From))
		}
		s.compareText("the source", o.Source, n.Source)
	})
	themes := func(l *Ladder, t *ThemeNote) string { return "to " + l.roleLabelOrNone(t.To) }
	compareOptional(s, "the note of themes", d.old.Themes, d.new.Themes, themes, func(o, n *ThemeNote) {
		s := d.atPart("The note of themes")
		s.compareRole("who is told", o.To, n.To)
		s.compareText("what it is about", o.About, n.About)
		s.compareText("the source", o.Source, n.Source)
	})
	list := func(*Ladder, *ConferenceList) string { return "for the chair alone" }
	compareOptional(s, "the list for the conference", d.old.ConferenceList, d.new.ConferenceList, list, func(o, n *ConferenceList) {
		s := d.atPart("The list for the conference")
		s.compareFlag(o.RaisedSinceLast, n.RaisedSinceLast, "it now holds challenges since the last one", "it no longer holds challenges since the last one")
		s.compareFlag(o.Intended, n.Intended, "it now holds challenges intended", "it no longer holds challenges intended")
		s.compareText("the source", o.Source, n.Source)
	})
	d.compareReports(s)
	noted := func(_ *Ladder, g *GoodPractice) string { return g.About }
	compareOptional(s, "the note of good practice", d.old.GoodPractice, d.new.GoodPractice, noted, func(o, n *GoodPractice) {
		s := d.atPart("The note of good practice")
		s.compareText("the text", o.About, n.About)
		s.compareText("the source", o.Source, n.Source)
	})
}

func (d *comparison) compareRecordingRules(s partComparison) {
	name := func(l *Ladder, r RecordingRule) string {
		return fmt.Sprintf("%s, on %s", l.recordingRuleText(r), strings.Join(r.OnEvents, ", "))
	}
	compareParts(s, "record", "records", d.old.RecordingRules, d.new.RecordingRules, nil, name, func(o, n RecordingRule) {
		s := d.atPart("Record in " + n.System)
		s.compareList("the events", o.OnEvents, n.OnEvents)
		s.compareRole("who writes it", o.Author, n.Author)
		s.compareRungList("the rungs it is for", o.Rungs, n.Rungs)
		s.compareText("the system", o.System, n.System)
		s.compareText("the place", o.Location, n.Location)
		s.compareText("the template", o.Template, n.Template)
		s.compareList("the parts", plainTexts(o.Parts), plainTexts(n.Parts))
		s.compareText("the mailbox", o.Mailbox, n.Mailbox)
		s.compareText("the source", o.Source, n.Source)
	})
}

func (d *comparison) compareAlerts(s partComparison) {
	name := func(l *Ladder, n Alert) string {
		return fmt.Sprintf("to %s, on %s", l.roleLabels(n.To), strings.Join(n.OnEvents, ", "))
	}
	compareParts(s, "notice", "notices", d.old.Alerts, d.new.Alerts, nil, name, func(o, n Alert) {
		s := d.atPart("Notice " + name(d.new, n))
		s.compareList("the events", o.OnEvents, n.OnEvents)
		s.compareRungList("the rungs it is for", o.Rungs, n.Rungs)
		s.compareRoleList("those told", o.To, n.To)
		s.compareText("the source", o.Source, n.Source)
	})
}

func (d *comparison) compareReports(s partComparison) {
	name := func(l *Ladder, r Report) string {
		return fmt.Sprintf("every %s by %s to %s", r.Every, l.roleLabelOrNone(r.By), r.To)
	}
	compareParts(s, "report", "reports", d.old.Reports, d.new.Reports, nil, name, func(o, n Report) {
		s := d.atPart("Report " + name(d.new, n))
		s.compareValue("how often", o.Every, n.Every)
		s.compareRole("who reports", o.By, n.By)
		s.compareText("who receives it", o.To, n.To)
		s.compareList("what it measures", mapToStrings(o.Measures, inQuotes), mapToStrings(n.Measures, inQuotes))
		s.compareText("the source", o.Source, n.Source)
	})
}
