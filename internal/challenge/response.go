package challenge

import (
	"slices"
	"strings"

	"challengebot/internal/ladder"
)

// How many working days a challenge without a window waits before those it waits
// for are told again.
const (
	judgeNudgeDays     = 2
	gateNudgeDays      = 1
	exhaustedNudgeDays = 5
)

// recordResponse takes an answer. One that comes too late to count is kept and shown.
func (tr *transition) recordResponse(cmd Respond) error {
	opening := tr.c.Opening(cmd.Opening)
	if opening == nil {
		return newRefusal(CodeMovedOn, sayNoSuchStep, tr.c.Ref)
	}
	tr.makeRespondentIfDue(opening)
	opening = tr.c.Opening(cmd.Opening)
	_, passed := opening.HandoverFrom(tr.by.ID)
	if !opening.MayAnswer(tr.by.ID) && opening.IsRespondent(tr.by.ID) {
		return newRefusal(CodeNotYours, sayCopied, tr.c.Ref, joinNames(tr.partiesToAnswer(opening)))
	}
	if !opening.MayAnswer(tr.by.ID) && !passed {
		return newRefusal(CodeNotYours, sayNotAskedYou, tr.c.Ref)
	}
	if passed || tr.c.State != StateAwaitingResponse || opening.Number != len(tr.c.Openings) {
		return tr.recordLateResponse(opening, cmd.Response)
	}
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	if err := validateResponse(&cmd.Response, rung, tr.env); err != nil {
		return err
	}
	tr.setOnBehalfOf(&cmd.Response, opening, rung)
	tr.emit(Responded{Response: cmd.Response, AfterDue: tr.env.Now.After(opening.Deadline.Due), NudgeAt: tr.nudgeTime(judgeNudgeDays)}, opening.Rung, opening.Number)
	tr.postJudgeCards()
	if opening.Judge.ID != tr.c.Chair.ID {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	return nil
}

// partiesToAnswer are those of whom an answer is asked, those without an account here among them.
func (tr *transition) partiesToAnswer(opening *Opening) []Party {
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	replier := rung.Respondents.ResponderFor(tr.c.Details.Agency)
	return slices.DeleteFunc(slices.Clone(opening.Respondents), func(p Party) bool {
		return !opening.MayAnswer(p.ID) && (p.ID != "" || replier != "" && p.Role != replier)
	})
}

// setOnBehalfOf names whose answer it is when somebody records it for a respondent who
// has no account here.
func (tr *transition) setOnBehalfOf(r *Response, opening *Opening, rung *ladder.Rung) {
	r.OnBehalfOf = ""
	if opening.IsRespondent(tr.by.ID) {
		return
	}
	if r.OnBehalfOf = joinNames(opening.Respondents); r.OnBehalfOf == "" {
		var labels []string
		for _, role := range rung.Respondents.RolesFor(tr.c.Details.Agency) {
			labels = append(labels, tr.env.Ladder.RoleLabel(role))
		}
		r.OnBehalfOf = strings.Join(labels, ", ")
	}
}

// recordLateResponse stores a reply that no longer counts, once, and says so.
func (tr *transition) recordLateResponse(opening *Opening, r Response) error {
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	trimResponse(&r, rung)
	tr.setOnBehalfOf(&r, opening, rung)
	reason, refusal := tr.lateReason(opening)
	isKnown := slices.Contains(opening.Fingerprints, fingerprint(tr.by, r))
	if isKnown && reason == "answered" && opening.AnsweredBy.ID == tr.by.ID {
		return newRefusal(CodeAlreadyDone, sayAnsweredAlready)
	}
	if isKnown || r.Text == "" && len(r.Plan) == 0 && len(r.Fields) == 0 {
		return refusal
	}
	tr.refusal = refusal
	tr.emit(LateResponse{Opening: opening.Number, Reason: reason, Response: r}, opening.Rung, opening.Number)
	if tr.c.State.IsOpen() {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	return nil
}

// lateReason says why a reply on the visit does not count.
func (tr *transition) lateReason(opening *Opening) (reason string, refusal *Refusal) {
	switch h, passed := opening.HandoverFrom(tr.by.ID); {
	case passed && opening.Outcome == OutcomeOpen:
		return "handed_over", newRefusal(CodeMovedOn, sayLateHandedOver, h.To.Name)
	case !tr.c.State.IsOpen():
		return "closed", newRefusal(CodeClosed, sayLateClosed)
	case opening.Outcome == OutcomeLapsed:
		return "lapsed", newRefusal(CodeMovedOn, sayLateLapsed)
	case opening.Outcome != OutcomeAnswered && opening.Outcome != OutcomeJudged:
		return "moved_on", newRefusal(CodeMovedOn, sayLateMovedOn)
	case opening.AnsweredBy.ID == tr.by.ID:
		return "answered", newRefusal(CodeAlreadyDone, sayLateOwnAnswer)
	default:
		return "answered", newRefusal(CodeAlreadyDone, sayLateOtherAnswered, opening.AnsweredBy.Name)
	}
}

// recordJudgement takes the judge's word.
func (tr *transition) recordJudgement(cmd Judge) error {
	opening := tr.c.CurrentOpening()
	if !tr.mayJudge(opening) {
		return newRefusal(CodeNotYours, sayNotTheJudge, tr.c.Ref)
	}
	if !tr.c.State.IsOpen() {
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	}
	if opening != nil && cmd.Opening != 0 && cmd.Opening != opening.Number {
		return newRefusal(CodeMovedOn, sayMovedOnSince, tr.c.Ref)
	}
	if err := tr.validateJudgement(&cmd, opening); err != nil {
		return err
	}
	switch {
	case tr.c.State == StateAwaitingJudgement:
		return tr.applyVerdict(opening, cmd)
	case cmd.Verdict == Satisfied && (tr.c.State == StateExhausted || tr.c.State == StateHeldAtGate):
		// The chair may find the matter settled while the challenge waits.
		n := len(tr.c.Openings)
		tr.emit(Judged{Verdict: Satisfied, Reason: cmd.Reason}, tr.c.Rung, n)
		tr.emitBy(System, Resolved{}, tr.c.Rung, n)
		return nil
	default:
		return newRefusal(CodeMovedOn, sayNothingToJudge, tr.c.Ref, tr.c.Ref)
	}
}

// mayJudge holds who may judge: the judge, or who acts for them while away unless
// that person had a part in the answer; where no response waits, the chair too.
func (tr *transition) mayJudge(opening *Opening) bool {
	judges := []string{tr.c.Chair.ID}
	if opening != nil && tr.c.State == StateAwaitingJudgement {
		judges = []string{opening.Judge.ID}
	} else if opening != nil {
		judges = append(judges, opening.Judge.ID)
	}
	return slices.ContainsFunc(judges, func(id string) bool {
		return tr.by.ID == id || tr.isActingFor(id) && (opening == nil || !opening.hadPartInAnswer(tr.by.ID))
	})
}

// hadPartInAnswer reports whether that person was asked on the visit or answered it.
func (o *Opening) hadPartInAnswer(id string) bool {
	return o.wasRespondent(id) || o.MayAnswer(id) || o.AnsweredBy.ID == id
}

func (tr *transition) applyVerdict(opening *Opening, cmd Judge) error {
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	if cmd.Verdict == Partly && tr.isPartlyUsed(opening) {
		return newRefusal(CodeNotAllowed, sayPartlyUsed, tr.env.Ladder.Words.Rung)
	}
	tr.emit(Judged{Verdict: cmd.Verdict, Reason: cmd.Reason, ShorterWindow: cmd.ShorterWindow}, opening.Rung, opening.Number)
	switch cmd.Verdict {
	case Satisfied:
		tr.emitBy(System, Resolved{}, opening.Rung, opening.Number)
		if tr.by.ID != tr.c.Chair.ID {
			tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
		}
		return nil
	case Partly:
		return tr.openRung(rung, CausePartly, tr.env.Now)
	default:
		if rung.IfNotSatisfied != nil && rung.IfNotSatisfied.HandOff != "" {
			tr.emitBy(System, HandedOff{To: rung.IfNotSatisfied.HandOff}, opening.Rung, opening.Number)
			tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
			tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
			return nil
		}
		return tr.advanceFrom(opening.Rung, CauseNotSatisfied, tr.env.Now)
	}
}

// isPartlyUsed reports whether the rung's visit before this one ended in "partly".
func (tr *transition) isPartlyUsed(opening *Opening) bool {
	prev := tr.c.Opening(opening.Number - 1)
	return prev != nil && prev.Rung == opening.Rung && prev.Verdict == Partly
}

func (tr *transition) withdraw(cmd Withdraw) error {
	if tr.by.ID != tr.c.Chair.ID && !tr.isOverseer(tr.by.ID) {
		return newRefusal(CodeNotYours, sayWithdrawNotYours, tr.c.Ref)
	}
	if !tr.c.State.IsOpen() {
		return newRefusal(CodeClosed, sayEndedAlready, tr.c.Ref)
	}
	f := inputFaults{}
	cmd.Reason = requiredText(f, "reason", sayWhyWithdrawn, cmd.Reason, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(Withdrawn(cmd), tr.c.Rung, len(tr.c.Openings))
	if tr.by.ID != tr.c.Chair.ID {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}

func (tr *transition) handOff(cmd HandOff) error {
	if tr.by.ID != tr.c.Chair.ID && !tr.isOverseer(tr.by.ID) {
		return newRefusal(CodeNotYours, sayHandOffNotYours, tr.c.Ref)
	}
	if !tr.c.State.IsOpen() {
		return newRefusal(CodeClosed, sayEndedAlready, tr.c.Ref)
	}
	if !slices.ContainsFunc(tr.env.Ladder.HandOffs, func(h ladder.HandOff) bool { return h.ID == cmd.To }) {
		return newRefusal(CodeNotAllowed, sayNoSuchProcedure)
	}
	f := inputFaults{}
	cmd.Reason = requiredText(f, "reason", sayWhyHandedOff, cmd.Reason, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(HandedOff(cmd), tr.c.Rung, len(tr.c.Openings))
	if tr.by.ID != tr.c.Chair.ID {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}

func joinNames(ps []Party) string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return strings.Join(out, ", ")
}
