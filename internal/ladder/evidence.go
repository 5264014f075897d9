package ladder

import (
	"fmt"

	"challengebot/internal/yamlfile"
)

// InferredTime is a time that stands in a ladder and not in its procedure.
type InferredTime struct {
	Where string // "Stage 1"
	Time  string // "5 working days"
	From  string // what it was inferred from, where that is said
}

// FindInferredTimes lists the times that a ladder marks as a reading of its procedure, in the order of
// its file.
func FindInferredTimes(l *Ladder) []InferredTime {
	var all []InferredTime
	gates := func(where string, gates []Gate) {
		for _, g := range gates {
			if g.WithinInferred && g.Within != nil {
				all = append(all, InferredTime{where + ", " + g.Label, g.Within.String(), g.Source})
			}
		}
	}
	for i := range l.Rungs {
		r := &l.Rungs[i]
		if r.WindowInferred {
			all = append(all, InferredTime{r.Label, windowText(r), r.WindowSource})
		}
		gates(r.Label, r.Gates)
	}
	for _, u := range l.Urgencies {
		if u.WindowInferred {
			all = append(all, InferredTime{u.Label, u.Window.String(), u.Source})
		}
	}
	for _, s := range l.Skips {
		for _, g := range s.Grounds {
			if g.WindowInferred && g.Window != nil {
				all = append(all, InferredTime{g.Label, g.Window.String(), s.Source})
			}
		}
		gates("A direct entry", s.Gates)
	}
	return all
}

// FindWithoutSource lists, as warnings at their places, the parts of a ladder's file that do not say
// where the procedure states them. Of a file that cannot be read it says nothing.
func FindWithoutSource(name string, data []byte) yamlfile.Problems {
	l, file, _ := readAndValidate(name, data)
	if l == nil {
		return nil
	}
	t := &linter{file: file, l: l}
	t.checkSources()
	t.problems.Sort()
	return t.problems
}

// DiagramStep is a rung as a box of a diagram, from the bottom of the ladder up.
type DiagramStep struct {
	Label, Who, Time string
	// Gates are what must be done before it opens; Ways are how it is left other than to the next box.
	Gates, Ways []string
	// IsReachedDirectly says that no step below leads there.
	IsReachedDirectly bool
}

// DiagramSteps are the boxes of a ladder's diagram.
func DiagramSteps(l *Ladder) []DiagramStep {
	var all []DiagramStep
	for i := range l.Rungs {
		r := &l.Rungs[i]
		step := DiagramStep{Label: r.Label, Who: l.roleLabels(r.Respondents.Roles), Time: windowText(r), IsReachedDirectly: r.Kind == RungExceptional}
		for _, g := range r.Gates {
			step.Gates = append(step.Gates, g.Label)
		}
		switch next := l.EscalationTarget(r); {
		case r.IfNotSatisfied != nil && r.IfNotSatisfied.HandOff != "":
			step.Ways = append(step.Ways, "not satisfied: "+l.handOffLabel(r.IfNotSatisfied.HandOff))
		case next == nil:
			step.Ways = append(step.Ways, "not satisfied: the end of the ladder")
		case i+1 < len(l.Rungs) && next != &l.Rungs[i+1]:
			step.Ways = append(step.Ways, "not satisfied: "+next.Label)
		}
		if r.OnLapse == PromptOnLapse {
			step.Ways = append(step.Ways, fmt.Sprintf("silence: %s decides", l.RoleLabel(r.JudgeRole())))
		}
		all = append(all, step)
	}
	return all
}
