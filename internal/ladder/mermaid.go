package ladder

import (
	"fmt"
	"strings"
)

// Mermaid is the ladder as a Mermaid flow chart: rungs as boxes, gates as
// diamonds, "not satisfied" and silence as solid arrows, direct entries dotted.
func Mermaid(l *Ladder) string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	first := l.First()
	if first != nil {
		fmt.Fprintf(&b, "  start([%s]) --> %s\n", quoted(l.Words.Challenge+" raised"), entryOf(l, first.ID))
	}
	for i := range l.Rungs {
		r := &l.Rungs[i]
		fmt.Fprintf(&b, "  %s[%s]\n", node(r.ID), quoted(r.Label+"\n"+l.named(r.Respond.Roles)+"\n"+windowText(r)))
		for j, g := range r.Gates {
			after := node(r.ID)
			if j+1 < len(r.Gates) {
				after = gateNode(r.ID, j+1)
			}
			fmt.Fprintf(&b, "  %s{%s} --> %s\n", gateNode(r.ID, j), quoted(g.Label), after)
		}
	}
	for i := range l.Rungs {
		l.arrows(&b, &l.Rungs[i])
	}
	for _, s := range l.Skips {
		for _, to := range s.To {
			fmt.Fprintf(&b, "  start -.->|%s| %s\n", quoted(groundLabels(s)), entryOf(l, to))
		}
	}
	if e := l.External; e != nil {
		when := "a person refers"
		if e.OnlyLookedAfter {
			when += ", only if looked after"
		}
		fmt.Fprintf(&b, "  start -.->|%s| external([%s])\n", quoted(when), quoted(e.To))
	}
	b.WriteString("  resolved([Resolved])\n")
	return b.String()
}

// arrows are the ways out of a rung.
func (l *Ladder) arrows(b *strings.Builder, r *Rung) {
	from := node(r.ID)
	fmt.Fprintf(b, "  %s -->|satisfied| resolved\n", from)
	next := l.Above(r)
	switch {
	case r.Then != nil && r.Then.HandOff != "":
		fmt.Fprintf(b, "  %s -->|not satisfied| %s([%s])\n", from, node("handoff-"+r.Then.HandOff), quoted(l.handOffLabel(r.Then.HandOff)))
	case next != nil:
		fmt.Fprintf(b, "  %s -->|not satisfied| %s\n", from, entryOf(l, next.ID))
	default:
		fmt.Fprintf(b, "  %s -->|not satisfied| exhausted([End of the ladder])\n", from)
	}
	switch {
	case r.OnLapse == Prompt && next != nil:
		fmt.Fprintf(b, "  %s -->|silence| %s([%s])\n", from, node("prompt-"+r.ID), quoted(l.RoleLabel(r.JudgeOf())+" decides"))
	case next != nil:
		fmt.Fprintf(b, "  %s -->|silence| %s\n", from, entryOf(l, next.ID))
	default:
		fmt.Fprintf(b, "  %s -->|silence| exhausted([End of the ladder])\n", from)
	}
}

// entryOf is where an arrow to a rung ends: at its first gate, if it has one.
func entryOf(l *Ladder, id string) string {
	if r, ok := l.Rung(id); ok && len(r.Gates) > 0 {
		return gateNode(id, 0)
	}
	return node(id)
}

// node makes a Mermaid id that can be none of its keywords.
func node(id string) string { return "r_" + strings.ReplaceAll(id, "-", "_") }

func gateNode(rung string, i int) string { return fmt.Sprintf("g%d_%s", i, node(rung)) }

func windowText(r *Rung) string {
	switch {
	case r.Window == nil:
		return "what is left of the case"
	case r.Within != nil:
		return fmt.Sprintf("%s, within %s", r.Window, r.Within)
	}
	return r.Window.String()
}

func groundLabels(s Skip) string {
	labels := make([]string, len(s.Ground))
	for i, g := range s.Ground {
		labels[i] = g.Label
	}
	return strings.Join(labels, " / ")
}

// quoted is text that Mermaid takes literally.
func quoted(text string) string {
	text = strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", "<br/>").Replace(strings.TrimSpace(text))
	return `"` + text + `"`
}
