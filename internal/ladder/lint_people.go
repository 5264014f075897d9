package ladder

import (
	"fmt"
	"maps"
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/yamlfile"
)

// checkWhoAnswers finds rungs whose question would come to somebody who cannot answer it, or has
// answered it already.
func (t *linter) checkWhoAnswers() {
	var below *Rung
	for i := range t.l.Rungs {
		r := &t.l.Rungs[i]
		path := fmt.Sprintf("$.rungs[%d]", i)
		if r.Asks == "" && r.About != "" && len(answering(r, "")) > 0 {
			t.addProblem(yamlfile.SeverityWarning, path+".about", fmt.Sprintf("%s says to nobody what is asked of them: whoever answers reads about, which is for whoever raises", r.Label),
				"Write asks: what whoever answers is to do, in words to them")
		}
		t.checkAnswering(path, r, "")
		for _, agency := range slices.Sorted(maps.Keys(r.Respondents.ByAgency)) {
			t.checkAnswering(path, r, agency)
		}
		if r.Kind == RungExceptional {
			continue // it is entered directly, not from below
		}
		if below != nil && !r.Respondents.MayRepeat && haveTheSame(answering(r, ""), answering(below, "")) {
			t.addProblem(yamlfile.SeverityWarning, path+".respond", fmt.Sprintf("%s is answered by the same as %s, so that nobody above has looked at it", r.Label, below.Label),
				"Name who is above them, or write may_repeat: true if the procedure means it")
		}
		below = r
	}
}

// checkAnswering looks at who answers a rung for a challenge about an agency, "" for none.
func (t *linter) checkAnswering(path string, r *Rung, agency string) {
	roles := answering(r, agency)
	if len(roles) == 0 || r.Respondents.OutsideTenant {
		return
	}
	at := path + ".respond"
	among := func(known []directory.Role) bool {
		return !slices.ContainsFunc(roles, func(role directory.Role) bool { return !slices.Contains(known, role) })
	}
	judges := append(slices.Clone(r.AlsoJudge), r.JudgeRole())
	switch {
	case among([]directory.Role{directory.RoleChair}):
		t.addProblem(yamlfile.SeverityError, at, fmt.Sprintf("%s is asked of whoever raised the challenge, who cannot answer their own question", r.Label),
			`Name who answers; "chair" is whoever raised the challenge`)
	case among(t.l.RaiserRoles()):
		t.addProblem(yamlfile.SeverityWarning, at, fmt.Sprintf("%s is asked of roles that may raise a challenge: whoever raised it cannot answer it, and may be the only one", r.Label),
			"Name another role beside them, or take the role out of raised_by:")
	case among(judges):
		t.addProblem(yamlfile.SeverityWarning, at, fmt.Sprintf("those who answer %s are those who judge the answer", r.Label),
			"Name another role under respond: or after judge:")
	}
}

// answering are the roles that answer a rung, and not those that only read its question.
func answering(r *Rung, agency string) []directory.Role {
	if role := r.Respondents.ResponderFor(agency); role != "" {
		return []directory.Role{role}
	}
	return r.Respondents.RolesFor(agency)
}

func haveTheSame(a, b []directory.Role) bool {
	return len(a) > 0 && slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
