package challenge

import (
	"slices"
	"strings"

	"challengebot/internal/ladder"
)

// How many working days a challenge without a window waits before those it waits
// for are told again.
const (
	judgeEvery     = 2
	heldEvery      = 1
	exhaustedEvery = 5
)

// respond takes an answer. One that comes too late to count is kept and shown.
func (s *step) respond(cmd Respond) error {
	v := s.c.Visit(cmd.Visit)
	if v == nil {
		return refuse(MovedOn, sayNoSuchStep, s.c.Ref)
	}
	s.takesPart(v)
	v = s.c.Visit(cmd.Visit)
	_, passed := v.PassedOn(s.by.ID)
	if !v.MayAnswer(s.by.ID) && v.Asked(s.by.ID) {
		return refuse(NotYours, sayCopied, s.c.Ref, names(s.repliers(v)))
	}
	if !v.MayAnswer(s.by.ID) && !passed {
		return refuse(NotYours, sayNotAskedYou, s.c.Ref)
	}
	if passed || s.c.State != AwaitingResponse || v.N != len(s.c.Visits) {
		return s.keep(v, cmd.Response)
	}
	rung, _ := s.env.Ladder.Rung(v.Rung)
	if err := checkResponse(&cmd.Response, rung, s.env); err != nil {
		return err
	}
	s.onBehalf(&cmd.Response, v, rung)
	s.emit(Responded{Response: cmd.Response, AfterDue: s.env.Now.After(v.Deadline.Due), Nudge: s.nudgeAfter(judgeEvery)}, v.Rung, v.N)
	s.tellJudge()
	if v.Judge.ID != s.c.Chair.ID {
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
	}
	return nil
}

// repliers are those of whom an answer is asked, those without an account here among them.
func (s *step) repliers(v *Visit) []Party {
	rung, _ := s.env.Ladder.Rung(v.Rung)
	replier := rung.Respond.ReplierFor(s.c.Details.Agency)
	return slices.DeleteFunc(slices.Clone(v.Respondents), func(p Party) bool {
		return !v.MayAnswer(p.ID) && (p.ID != "" || replier != "" && p.Role != replier)
	})
}

// onBehalf names whose answer it is when somebody records it for a respondent who
// has no account here.
func (s *step) onBehalf(r *Response, v *Visit, rung *ladder.Rung) {
	r.OnBehalfOf = ""
	if v.Asked(s.by.ID) {
		return
	}
	if r.OnBehalfOf = names(v.Respondents); r.OnBehalfOf == "" {
		var labels []string
		for _, role := range rung.Respond.RolesFor(s.c.Details.Agency) {
			labels = append(labels, s.env.Ladder.RoleLabel(role))
		}
		r.OnBehalfOf = strings.Join(labels, ", ")
	}
}

// keep stores a reply that no longer counts, once, and says so.
func (s *step) keep(v *Visit, r Response) error {
	rung, _ := s.env.Ladder.Rung(v.Rung)
	trimResponse(&r, rung)
	s.onBehalf(&r, v, rung)
	why, said := s.tooLate(v)
	known := slices.Contains(v.Kept, keptMark(s.by, r))
	if known && why == "answered" && v.AnsweredBy.ID == s.by.ID {
		return refuse(Already, sayAnsweredAlready)
	}
	if known || r.Text == "" && len(r.Plan) == 0 && len(r.Fields) == 0 {
		return said
	}
	s.said = said
	s.emit(ReplyKept{Visit: v.N, Why: why, Response: r}, v.Rung, v.N)
	if s.c.State.Open() {
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
	}
	return nil
}

// tooLate says why a reply on the visit does not count.
func (s *step) tooLate(v *Visit) (why string, said *Refusal) {
	switch h, passed := v.PassedOn(s.by.ID); {
	case passed && v.Outcome == Open:
		return "handed_over", refuse(MovedOn, sayLateHandedOver, h.To.Name)
	case !s.c.State.Open():
		return "closed", refuse(Closed, sayLateClosed)
	case v.Outcome == LapsedOut:
		return "lapsed", refuse(MovedOn, sayLateLapsed)
	case v.Outcome != Answered && v.Outcome != Judged:
		return "moved_on", refuse(MovedOn, sayLateMovedOn)
	case v.AnsweredBy.ID == s.by.ID:
		return "answered", refuse(Already, sayLateOwnAnswer)
	default:
		return "answered", refuse(Already, sayLateOtherAnswered, v.AnsweredBy.Name)
	}
}

// judge takes the judge's word.
func (s *step) judge(cmd Judge) error {
	v := s.c.Current()
	if !s.mayJudge(v) {
		return refuse(NotYours, sayNotTheJudge, s.c.Ref)
	}
	if !s.c.State.Open() {
		return refuse(Closed, sayHasEnded, s.c.Ref)
	}
	if v != nil && cmd.Visit != 0 && cmd.Visit != v.N {
		return refuse(MovedOn, sayMovedOnSince, s.c.Ref)
	}
	if err := s.checkJudgement(&cmd, v); err != nil {
		return err
	}
	switch {
	case s.c.State == AwaitingJudgement:
		return s.verdict(v, cmd)
	case cmd.Verdict == Satisfied && (s.c.State == Exhausted || s.c.State == HeldAtGate):
		// The chair may find the matter settled while the challenge waits.
		n := len(s.c.Visits)
		s.emit(JudgedBody{Verdict: Satisfied, Reason: cmd.Reason}, s.c.Rung, n)
		s.emitBy(System, ResolvedBody{}, s.c.Rung, n)
		return nil
	default:
		return refuse(MovedOn, sayNothingToJudge, s.c.Ref, s.c.Ref)
	}
}

// mayJudge holds who may judge: the judge, or who acts for them while away unless
// that person had a part in the answer; where no response waits, the chair too.
func (s *step) mayJudge(v *Visit) bool {
	judges := []string{s.c.Chair.ID}
	if v != nil && s.c.State == AwaitingJudgement {
		judges = []string{v.Judge.ID}
	} else if v != nil {
		judges = append(judges, v.Judge.ID)
	}
	return slices.ContainsFunc(judges, func(id string) bool {
		return s.by.ID == id || s.actsFor(id) && (v == nil || !v.tookPart(s.by.ID))
	})
}

// tookPart reports whether that person was asked on the visit or answered it.
func (v *Visit) tookPart(id string) bool {
	return v.wasAsked(id) || v.MayAnswer(id) || v.AnsweredBy.ID == id
}

func (s *step) verdict(v *Visit, cmd Judge) error {
	rung, _ := s.env.Ladder.Rung(v.Rung)
	if cmd.Verdict == Partly && s.partlyUsed(v) {
		return refuse(NotAllowed, sayPartlyUsed, s.env.Ladder.Words.Rung)
	}
	s.emit(JudgedBody{Verdict: cmd.Verdict, Reason: cmd.Reason, Shorter: cmd.Shorter}, v.Rung, v.N)
	switch cmd.Verdict {
	case Satisfied:
		s.emitBy(System, ResolvedBody{}, v.Rung, v.N)
		if s.by.ID != s.c.Chair.ID {
			s.show(Address{Person: s.c.Chair.ID}, CardCase)
		}
		return nil
	case Partly:
		return s.open(rung, ByPartly, s.env.Now)
	default:
		if rung.Then != nil && rung.Then.HandOff != "" {
			s.emitBy(System, HandedOffBody{To: rung.Then.HandOff}, v.Rung, v.N)
			s.show(Address{Person: s.c.Chair.ID}, CardCase)
			s.show(Address{Team: s.c.Details.Team}, CardNotice)
			return nil
		}
		return s.advance(v.Rung, ByUnsatisfied, s.env.Now)
	}
}

// partlyUsed reports whether the rung's visit before this one ended in "partly".
func (s *step) partlyUsed(v *Visit) bool {
	prev := s.c.Visit(v.N - 1)
	return prev != nil && prev.Rung == v.Rung && prev.Verdict == Partly
}

func (s *step) withdraw(cmd Withdraw) error {
	if s.by.ID != s.c.Chair.ID && !s.isOversight(s.by.ID) {
		return refuse(NotYours, sayWithdrawNotYours, s.c.Ref)
	}
	if !s.c.State.Open() {
		return refuse(Closed, sayEndedAlready, s.c.Ref)
	}
	f := faults{}
	cmd.Reason = requiredText(f, "reason", sayWhyWithdrawn, cmd.Reason, maxLong)
	if err := f.refusal(); err != nil {
		return err
	}
	s.emit(WithdrawnBody(cmd), s.c.Rung, len(s.c.Visits))
	if s.by.ID != s.c.Chair.ID {
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
	}
	s.show(Address{Team: s.c.Details.Team}, CardNotice)
	return nil
}

func (s *step) handOff(cmd HandOff) error {
	if s.by.ID != s.c.Chair.ID && !s.isOversight(s.by.ID) {
		return refuse(NotYours, sayHandOffNotYours, s.c.Ref)
	}
	if !s.c.State.Open() {
		return refuse(Closed, sayEndedAlready, s.c.Ref)
	}
	if !slices.ContainsFunc(s.env.Ladder.HandOffs, func(h ladder.HandOff) bool { return h.ID == cmd.To }) {
		return refuse(NotAllowed, sayNoSuchProcedure)
	}
	f := faults{}
	cmd.Reason = requiredText(f, "reason", sayWhyHandedOff, cmd.Reason, maxLong)
	if err := f.refusal(); err != nil {
		return err
	}
	s.emit(HandedOffBody(cmd), s.c.Rung, len(s.c.Visits))
	if s.by.ID != s.c.Chair.ID {
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
	}
	s.show(Address{Team: s.c.Details.Team}, CardNotice)
	return nil
}

func names(ps []Party) string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return strings.Join(out, ", ")
}
