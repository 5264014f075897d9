package ladder

import (
	"fmt"
	"strings"
)

// RenderMermaid is the ladder as a Mermaid flow chart: rungs as boxes, gates as
// diamonds, "not satisfied" and silence as solid arrows, direct entries dotted.
func RenderMermaid(l *Ladder) string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	first := l.FirstRung()
	if first != nil {
		fmt.Fprintf(&b, "  start([%s]) --> %s\n", quoteMermaid(l.Words.Challenge+" raised"), entryNode(l, first.ID))
	}
	for i := range l.Rungs {
		r := &l.Rungs[i]
		fmt.Fprintf(&b, "  %s[%s]\n", mermaidID(r.ID), quoteMermaid(r.Label+"\n"+l.roleLabels(r.Respondents.Roles)+"\n"+windowText(r)))
		for j, g := range r.Gates {
			after := mermaidID(r.ID)
			if j+1 < len(r.Gates) {
				after = gateNode(r.ID, j+1)
			}
			fmt.Fprintf(&b, "  %s{%s} --> %s\n", gateNode(r.ID, j), quoteMermaid(g.Label), after)
		}
	}
	for i := range l.Rungs {
		l.writeArrows(&b, &l.Rungs[i])
	}
	for _, s := range l.Skips {
		for _, to := range s.To {
			fmt.Fprintf(&b, "  start -.->|%s| %s\n", quoteMermaid(groundLabels(s)), entryNode(l, to))
		}
	}
	if e := l.ExternalReferral; e != nil {
		when := "a person refers"
		if e.OnlyLookedAfter {
			when += ", only if looked after"
		}
		fmt.Fprintf(&b, "  start -.->|%s| external([%s])\n", quoteMermaid(when), quoteMermaid(e.To))
	}
	b.WriteString("  resolved([Resolved])\n")
	return b.String()
}

// writeArrows are the ways out of a rung.
func (l *Ladder) writeArrows(b *strings.Builder, r *Rung) {
	from := mermaidID(r.ID)
	fmt.Fprintf(b, "  %s -->|satisfied| resolved\n", from)
	next := l.EscalationTarget(r)
	switch {
	case r.IfNotSatisfied != nil && r.IfNotSatisfied.HandOff != "":
		fmt.Fprintf(b, "  %s -->|not satisfied| %s([%s])\n", from, mermaidID("handoff-"+r.IfNotSatisfied.HandOff), quoteMermaid(l.handOffLabel(r.IfNotSatisfied.HandOff)))
	case next != nil:
		fmt.Fprintf(b, "  %s -->|not satisfied| %s\n", from, entryNode(l, next.ID))
	default:
		fmt.Fprintf(b, "  %s -->|not satisfied| exhausted([End of the ladder])\n", from)
	}
	switch {
	case r.OnLapse == PromptOnLapse && next != nil:
		fmt.Fprintf(b, "  %s -->|silence| %s([%s])\n", from, mermaidID("prompt-"+r.ID), quoteMermaid(l.RoleLabel(r.JudgeRole())+" decides"))
	case next != nil:
		fmt.Fprintf(b, "  %s -->|silence| %s\n", from, entryNode(l, next.ID))
	default:
		fmt.Fprintf(b, "  %s -->|silence| exhausted([End of the ladder])\n", from)
	}
}

// entryNode is where an arrow to a rung ends: at its first gate, if it has one.
func entryNode(l *Ladder, id string) string {
	if r, ok := l.RungByID(id); ok && len(r.Gates) > 0 {
		return gateNode(id, 0)
	}
	return mermaidID(id)
}

// mermaidID makes a Mermaid id that can be none of its keywords.
func mermaidID(id string) string { return "r_" + strings.ReplaceAll(id, "-", "_") }

func gateNode(rung string, i int) string { return fmt.Sprintf("g%d_%s", i, mermaidID(rung)) }

func windowText(r *Rung) string {
	switch {
	case r.HasNoLimit():
		return "no time set"
	case r.Window == nil:
		return "what is left of the case"
	case r.Within != nil:
		return fmt.Sprintf("%s, within %s", r.Window, r.Within)
	}
	return r.Window.String()
}

func groundLabels(s Skip) string {
	labels := make([]string, len(s.Grounds))
	for i, g := range s.Grounds {
		labels[i] = g.Label
	}
	return strings.Join(labels, " / ")
}

// quoteMermaid is text that Mermaid takes literally.
func quoteMermaid(text string) string {
	text = strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", "<br/>").Replace(strings.TrimSpace(text))
	return `"` + text + `"`
}
