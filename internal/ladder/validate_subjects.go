package ladder

import (
	"fmt"
	"slices"

	"challengebot/internal/yamlfile"
)

func (v *validator) validatePlans(path string, plans []ChildPlan) {
	for i, p := range plans {
		v.validatePlan(fmt.Sprintf("%s[%d]", path, i), p)
		if slices.Index(plans, p) < i {
			v.addError(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("the plan %q stands twice", p), "Remove one of them")
		}
	}
}

// isPlan reports whether validatePlan takes a plan.
func (v *validator) isPlan(p ChildPlan) bool {
	alone := &validator{file: v.file, l: v.l}
	alone.validatePlan("$", p)
	return len(alone.problems) == 0
}

// validatePlan refuses a plan that is no key, and one that is nearly a kind that the program knows.
func (v *validator) validatePlan(path string, p ChildPlan) {
	near := yamlfile.ClosestWord(string(p), []string{string(ChildProtection), string(LookedAfter)})
	switch {
	case !keyShape.MatchString(string(p)):
		v.addError(path, fmt.Sprintf("the plan %q is not a key", p), "Use small letters, digits and single hyphens, as in child-protection")
	case near != "" && near != string(p):
		v.addError(path, fmt.Sprintf("the plan %q is not known", p), fmt.Sprintf("Did you mean %q?", near))
	}
}

// validateSubjects checks what a challenge can be about. A plan that the program does not know has
// no conferences of its own.
func (v *validator) validateSubjects() {
	seen := map[string]bool{}
	for i, s := range v.l.Subjects {
		path := fmt.Sprintf("$.subjects[%d]", i)
		v.validateUniqueID(path, "subject", s.ID, seen)
		v.validateLabel(path+".label", "label of the subject", s.Label)
		validateOneOf(v, path+".date", "date", s.Date, knownSubjectDates)
		if s.Plan != "" && !slices.Contains(v.l.Plans, s.Plan) {
			v.addError(path+".plan", fmt.Sprintf("the subject is for %s, which the ladder is not", s.Plan), "Add the plan to the ladder, or name another")
		}
	}
	for i, p := range v.l.Plans {
		if !slices.ContainsFunc(v.l.SubjectList(), func(s Subject) bool { return s.Plan == p }) && keyShape.MatchString(string(p)) {
			v.addError(fmt.Sprintf("$.plans[%d]", i), fmt.Sprintf("nothing is named that a challenge for %s can be about", p), "List it under subjects:, with id, label and plan: "+string(p))
		}
	}
}
