package challengetest

import (
	"fmt"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// rungRoles that random ladders ask: held, held by several, held through cover, and
// one that nobody holds.
var rungRoles = []directory.Role{"social-worker", "team-manager", "service-manager", "head-of-service",
	"assistant-director", "iro-team-manager", "own-service-manager", "nobody"}

// ParseLadder reads a ladder from YAML; what is not a ladder panics.
func ParseLadder(text string) *ladder.Ladder {
	l, err := ladder.Read("test.yaml", []byte(text))
	if err != nil {
		panic(err)
	}
	return l
}

// RandomLadder is a small ladder that is fit to run: one to five rungs with
// windows, gates, judges, forms, hand-offs and skips of every kind.
func RandomLadder(t *rapid.T) *ladder.Ladder {
	l := &ladder.Ladder{
		ID: "random", Version: 1, Title: "Random", Authority: "Exampleshire", Source: "a generator",
		Plans: []ladder.ChildPlan{ladder.ChildProtection, ladder.LookedAfter}, Party: ladder.PartyInternal,
		Words:        ladder.Words{Challenge: "challenge", Rung: "rung", Chair: "chair", Child: "child", RecordNumber: "record number", Conference: "conference"},
		Roles:        map[directory.Role]string{directory.RoleOversight: "Oversight", "nominated-officer": "Nominated officer"},
		OverallLimit: ladder.OverallLimit{Starts: rapid.SampledFrom([]ladder.LimitStart{ladder.LimitFromRaise, ladder.LimitFromFirstFormal}).Draw(t, "case starts")},
		Categories: []ladder.Category{
			{ID: "drift", Label: "Drift and delay"},
			{ID: "placement", Label: "Placement", Plans: []ladder.ChildPlan{ladder.LookedAfter}},
		},
		HandOffs: []ladder.HandOff{{ID: "elsewhere", Label: "Another procedure", Source: "a generator"}},
		ExternalReferral: &ladder.ExternalReferral{To: "CAFCASS", Source: "a generator", ReferredBy: directory.RoleChair, OnlyLookedAfter: true,
			AnyTime: rapid.Bool().Draw(t, "referral any time"), InformBefore: []directory.Role{"nominated-officer"}},
		Alerts: []ladder.Alert{{OnEvents: []string{"any"}, To: []directory.Role{"nominated-officer"}, Source: "a generator"}},
	}
	for _, r := range rungRoles {
		l.Roles[r] = string(r)
	}
	if rapid.IntRange(0, 3).Draw(t, "partner concerns") == 0 {
		l.PartnerConcerns = &ladder.PartnerConcerns{Mode: ladder.PartnerRecordOnly, Source: "a generator"}
	}
	if rapid.Bool().Draw(t, "shorten") {
		l.Shorten = &ladder.ShortenRule{By: directory.RoleChair, Source: "a generator"}
	}
	if rapid.Bool().Draw(t, "case limit") {
		l.OverallLimit.Window = &workday.Window{N: rapid.IntRange(5, 20).Draw(t, "limit")}
		l.OverallLimit.Hard = rapid.Bool().Draw(t, "hard")
	}
	n := rapid.IntRange(1, 5).Draw(t, "rungs")
	for i := range n {
		l.Rungs = append(l.Rungs, randomRung(t, l, i, n))
	}
	if n > 1 {
		skip := ladder.Skip{To: []string{fmt.Sprintf("r%d", n-1)}, Grounds: []ladder.Ground{{ID: "urgent", Label: "Urgent"}}, Source: "a generator",
			OnlyAtRaise: rapid.Bool().Draw(t, "skip at raise"), Gates: randomGates(t, n, "s")}
		l.Skips = []ladder.Skip{skip}
	}
	text, err := yaml.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ladder.Read("random.yaml", text)
	if err != nil {
		t.Fatalf("the random ladder is none:\n%v\n%s", err, text)
	}
	return read
}

func randomRung(t *rapid.T, l *ladder.Ladder, i, n int) ladder.Rung {
	role := func(what string) directory.Role { return rapid.SampledFrom(rungRoles).Draw(t, what) }
	r := ladder.Rung{
		ID: fmt.Sprintf("r%d", i), Label: fmt.Sprintf("Rung %d", i), Source: "a generator",
		Kind:        rapid.SampledFrom([]ladder.RungKind{ladder.RungFormal, ladder.RungDiscussion, ladder.RungNote}).Draw(t, "kind"),
		Form:        rapid.SampledFrom([]ladder.ResponseForm{ladder.FormWritten, ladder.FormPlan, ladder.FormDiscussion, ladder.FormDecision, ladder.FormDifference}).Draw(t, "form"),
		Respondents: ladder.Respondents{Roles: []directory.Role{role("respondent")}, OutsideTenant: rapid.IntRange(0, 4).Draw(t, "outside") == 0, MayRepeat: rapid.Bool().Draw(t, "may repeat")},
		OnLapse:     rapid.SampledFrom([]ladder.LapseEffect{ladder.EscalateOnLapse, ladder.EscalateOnLapse, ladder.PromptOnLapse}).Draw(t, "on lapse"),
		Gates:       randomGates(t, i, "g"),
	}
	if second := role("second respondent"); second != r.Respondents.Roles[0] && rapid.Bool().Draw(t, "two respondents") {
		r.Respondents.Roles = append(r.Respondents.Roles, second)
		if rapid.Bool().Draw(t, "one replies") {
			r.Respondents.Responder = second
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "judge") == 0 {
		r.Judge = role("judge role")
	}
	if i == 0 && n > 1 {
		r.Kind = rapid.SampledFrom([]ladder.RungKind{ladder.RungInformal, ladder.RungFormal}).Draw(t, "first kind")
		r.WindowOwner = rapid.SampledFrom([]ladder.WindowOwner{ladder.OwnerChair, ladder.OwnerRespondent}).Draw(t, "owner")
	} else if i > 0 && i == n-1 && rapid.IntRange(0, 3).Draw(t, "exceptional") == 0 {
		r.Kind, r.OnLapse = ladder.RungExceptional, ladder.PromptOnLapse
	}
	randomWindow(t, l, &r, i)
	randomThen(t, &r, i, n)
	return r
}

func randomWindow(t *rapid.T, l *ladder.Ladder, r *ladder.Rung, i int) {
	started := l.OverallLimit.Starts == ladder.LimitFromRaise || r.Kind != ladder.RungInformal
	r.Window = &workday.Window{N: rapid.IntRange(1, 5).Draw(t, "days")}
	switch rapid.IntRange(0, 5).Draw(t, "window") {
	case 0:
		r.Window = &workday.Window{N: rapid.IntRange(1, 14).Draw(t, "calendar days"), Unit: workday.CalendarDays}
	case 1:
		if started {
			r.Window, r.WindowStart = &workday.Window{N: i + 1, Unit: workday.WeekBand}, ladder.WindowFromLimitStart
		}
	case 2:
		if started && l.OverallLimit.Window != nil {
			r.Window, r.Remainder = nil, true
		}
	case 3:
		if started && (l.OverallLimit.Window == nil || !l.OverallLimit.Hard) {
			r.Within = &workday.Window{N: 5 * (i + 1)}
		}
	}
}

func randomThen(t *rapid.T, r *ladder.Rung, i, n int) {
	switch rapid.IntRange(0, 9).Draw(t, "then") {
	case 0:
		r.IfNotSatisfied = &ladder.Destination{End: true}
	case 1:
		r.IfNotSatisfied = &ladder.Destination{HandOff: "elsewhere"}
	case 2:
		if i+2 < n-1 {
			r.IfNotSatisfied = &ladder.Destination{Rung: fmt.Sprintf("r%d", i+2)}
		}
	}
}

// randomGates are none to three gates; prefix tells those of a skip from a rung's.
func randomGates(t *rapid.T, rung int, prefix string) []ladder.Gate {
	role := func() directory.Role { return rapid.SampledFrom(rungRoles).Draw(t, "gate role") }
	var gates []ladder.Gate
	for i := range rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "gates") {
		g := ladder.Gate{ID: fmt.Sprintf("%s%d", prefix, i), Label: fmt.Sprintf("Gate %d", i), Source: "a generator", MayOpenAhead: rapid.Bool().Draw(t, "ahead")}
		if rapid.IntRange(0, 2).Draw(t, "opener") == 0 {
			g.OpenedBy = role()
		}
		kinds := []ladder.GateKind{ladder.GateDialogue, ladder.GateConsult, ladder.GateThreshold, ladder.GateInform, ladder.GateStatement, ladder.GateFollowUp, ladder.GateConfirm, ladder.GateEscalation}
		switch g.Kind = rapid.SampledFrom(kinds).Draw(t, "gate kind"); g.Kind {
		case ladder.GateConsult:
			g.Consultee = role()
			if rapid.Bool().Draw(t, "must agree") {
				g.Needs, g.MayOverride = ladder.Agreed, rapid.Bool().Draw(t, "override")
			}
		case ladder.GateThreshold, ladder.GateInform:
			g.Consultee = role()
		case ladder.GateStatement:
			g.Fields = []ladder.Field{{ID: "statement", Label: "Statement", Kind: ladder.FieldLongText}, {ID: "held", Label: "Held on", Kind: ladder.FieldDate, PastOnly: true}}
		case ladder.GateEscalation:
			if rung == 0 {
				g.Kind = ladder.GateDialogue
				break
			}
			g.Within = &workday.Window{N: rapid.IntRange(1, 2).Draw(t, "escalator's days")}
		}
		if i > 0 && (gates[i-1].Kind == ladder.GateConsult || gates[i-1].Kind == ladder.GateThreshold) && rapid.Bool().Draw(t, "second opinion") {
			g.OnlyIfNotAgreed = gates[i-1].ID
		}
		gates = append(gates, g)
	}
	return gates
}
