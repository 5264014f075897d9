package ladder

import (
	"fmt"
	"slices"
	"time"

	"challengebot/internal/yamlfile"
)

// validateTests checks that each example names what the ladder has.
func (v *validator) validateTests() {
	seen := map[string]bool{}
	for i, test := range v.l.Tests {
		path := fmt.Sprintf("$.tests[%d]", i)
		if test.Raised == "" && len(test.Expected) == 0 && test.End == "" {
			v.addError(path, fmt.Sprintf("the test %q has nothing but a name", test.Name), "Write raised: and expect: under it, or remove the line")
			continue
		}
		v.validateLabel(path+".test", "name of the test", test.Name)
		if seen[test.Name] {
			v.addError(path+".test", "another test has this name", "Give each its own")
		}
		seen[test.Name] = true
		v.validateMoment(path+".raised", test.Raised, true)
		v.validateTestStart(path, test)
		v.validateActs(path+".people", test.Acts)
		if len(test.Expected) == 0 && test.End == "" {
			v.addError(path, "nothing is expected", "Write expect: with a rung and when it opens or is due, or end:")
		}
		for j, e := range test.Expected {
			v.validateExpectation(fmt.Sprintf("%s.expect[%d]", path, j), e)
		}
		if test.End != "" {
			validateOneOf(v, path+".end", "end", test.End, knownTestEnds)
		}
	}
}

// validateTestStart checks how the challenge of an example is raised.
func (v *validator) validateTestStart(path string, test Test) {
	if test.StartAt != "" {
		v.requireRung(path+".start_at", test.StartAt)
	} else if test.Ground != "" {
		v.addError(path+".ground", "a ground is given, but no rung that it leads to", "Write start_at: and the id of the rung, or remove ground:")
	}
	var subjects, categories, urgencies []string
	for _, s := range v.l.SubjectList() {
		subjects = append(subjects, s.ID)
	}
	for _, c := range v.l.Categories {
		categories = append(categories, c.ID)
	}
	for _, u := range v.l.Urgencies {
		urgencies = append(urgencies, u.ID)
	}
	v.requireNamed(path+".subject", "subject", test.Subject, subjects)
	v.requireNamed(path+".category", "category", test.Category, categories)
	v.requireNamed(path+".urgency", "urgency", test.Urgency, urgencies)
	if test.Division != "" {
		validateOneOf(v, path+".bank_holidays", "division", test.Division, knownDivisions)
	}
}

func (v *validator) requireNamed(path, thing, id string, known []string) {
	if id != "" && !slices.Contains(known, id) {
		v.addError(path, fmt.Sprintf("there is no %s %q", thing, id), yamlfile.DidYouMean(id, known))
	}
}

func (v *validator) validateExpectation(path string, e Expectation) {
	v.requireRung(path+".rung", e.Rung)
	switch {
	case e.Opens == "" && e.Due == "" && len(e.Asks) == 0:
		v.addError(path, "nothing is expected of the rung", "Write opens:, due: or asks:")
	case e.Opens == NeverOpens && (e.Due != "" || len(e.Asks) > 0):
		v.addError(path+".opens", "a rung that never opens is not due and asks nobody", "Remove due: and asks:, or say when it opens")
	}
	if e.Opens != NeverOpens {
		v.validateMoment(path+".opens", e.Opens, false)
	}
	v.validateMoment(path+".due", e.Due, false)
	v.validateRoles(path+".asks", e.Asks)
}

// validateMoment checks a time of an example; a start has a time of day.
func (v *validator) validateMoment(path, text string, isStart bool) {
	_, hasTime, err := ParseMoment(text, time.UTC)
	switch {
	case isStart && (err != nil || !hasTime):
		v.addError(path, "this is no day and time", "Write it like 2026-03-30 10:00")
	case text != "" && err != nil:
		v.addError(path, "this is no time", "Write it like 2026-03-30 10:00, or the day alone")
	}
}

// ValidateActs checks that what people do, in an example or a script, can be done on the ladder.
func (l *Ladder) ValidateActs(file *yamlfile.File, path string, acts []Act) yamlfile.Problems {
	v := &validator{file: file, l: l}
	v.validateActs(path, acts)
	return v.problems
}

func (v *validator) validateActs(path string, acts []Act) {
	for i, act := range acts {
		at := fmt.Sprintf("%s[%d]", path, i)
		validateOneOf(v, at+".do", "deed", act.Do, knownDeeds)
		if v.requireRung(at+".rung", act.Rung) && slices.Contains(knownDeeds, act.Do) {
			v.validateGateOf(at, act)
		}
		if act.At != "" {
			v.validateMoment(at+".at", act.At, true)
		}
		if act.After < 0 {
			v.addError(at+".after", "time does not run backwards", "Write for example 36h or 90m")
		}
		switch {
		case act.Do == DeedSkip && act.To == "":
			v.addError(at, "the skip leads nowhere", "Write to: and the id of a rung")
		case act.Do == DeedSkip:
			v.requireRung(at+".to", act.To)
		case act.To != "" || act.Ground != "":
			v.addError(at, fmt.Sprintf("to: and ground: are of do: %s", DeedSkip), "Remove them")
		}
		if act.By != "" {
			v.validateRole(at+".by", act.By)
		}
	}
}

// validateGateOf checks the gate at which something is done.
func (v *validator) validateGateOf(path string, act Act) {
	switch {
	case act.Do.IsOfGate() && act.Gate == "":
		v.addError(path, fmt.Sprintf("%q is done at a gate, and none is named", act.Do), "Write gate: and its id")
	case !act.Do.IsOfGate() && act.Gate != "":
		v.addError(path+".gate", fmt.Sprintf("%q is not done at a gate", act.Do), "Write do: agreed, refused or override, or remove gate:")
	case act.Gate != "":
		var ids []string
		if r, ok := v.l.RungByID(act.Rung); ok {
			for _, g := range r.Gates {
				ids = append(ids, g.ID)
			}
		}
		for _, s := range v.l.Skips {
			if slices.Contains(s.To, act.Rung) {
				for _, g := range s.Gates {
					ids = append(ids, g.ID)
				}
			}
		}
		v.requireNamed(path+".gate", "gate of this rung", act.Gate, ids)
	}
}
