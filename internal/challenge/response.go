package challenge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Respond answers opening number Opening of the challenge.
type Respond struct {
	Opening  int
	Response Response
}

func (cmd Respond) decide(tr *transition) error { return tr.recordResponse(cmd) }

// Responded is the event of the response that counts.
type Responded struct {
	Response Response `json:"response"`
	AfterDue bool     `json:"after_due,omitempty"`
	// NudgeAt is when the judge is told again, unless they judge before.
	NudgeAt time.Time `json:"nudge,omitzero"`
	// Awaits are those who must answer still, where each of the roles must.
	Awaits []string `json:"awaits,omitempty"`
	// Replaces says that it stands in the place of the same person's answer, which nobody had judged.
	Replaces bool `json:"replaces,omitempty"`
	// CopiedTo read the answer beside those who have a part in it.
	CopiedTo []Party `json:"copied_to,omitempty"`
}

// KindResponded is stored.
const KindResponded EventKind = "responded"

// Kind of the event.
func (Responded) Kind() EventKind { return KindResponded }

func (b Responded) apply(c *Challenge, e Event) {
	o := c.openingToChange()
	if len(b.Awaits) > 0 {
		o.Fingerprints = append(slices.Clone(o.Fingerprints), fingerprint(e.By, b.Response))
		o.Responders, o.Answered = b.Awaits, append(slices.Clone(o.Answered), e.By.ID)
		c.NextAt = o.nextAt()
		return
	}
	if len(b.CopiedTo) > 0 {
		o.Alerted = append(slices.Clone(o.Alerted), b.CopiedTo...)
	}
	o.Outcome, o.AnsweredBy, o.Reminders = OutcomeAnswered, e.By, nil
	if !b.Replaces {
		o.AnsweredAt = e.At
	}
	o.Fingerprints = append(slices.Clone(o.Fingerprints), fingerprint(e.By, b.Response))
	c.State, c.NextAt = StateAwaitingJudgement, b.NudgeAt
}

// Why a reply came too late.
const (
	LateLapsed         = "lapsed"
	LateAnswered       = "answered"        // by somebody else
	LateAnsweredBefore = "answered_before" // by the same person
	LateMovedOn        = "moved_on"
	LateClosed         = "closed"
	LateHandedOver     = "handed_over"
	LateLeft           = "left" // the directory
)

// LateResponse is the event of a reply that came too late to count; it is shown all the same.
type LateResponse struct {
	Opening  int      `json:"visit"`
	Reason   string   `json:"why"`
	Response Response `json:"response"`
}

// KindLateResponse is stored.
const KindLateResponse EventKind = "reply_kept"

// Kind of the event.
func (LateResponse) Kind() EventKind { return KindLateResponse }

func (b LateResponse) apply(c *Challenge, e Event) {
	if o := c.Opening(b.Opening); o != nil {
		o.Fingerprints = append(slices.Clone(o.Fingerprints), fingerprint(e.By, b.Response))
	}
}

// recordResponse takes an answer. One that comes too late to count is kept and shown.
func (tr *transition) recordResponse(cmd Respond) error {
	opening := tr.c.Opening(cmd.Opening)
	if opening == nil {
		return newRefusal(CodeMovedOn, sayNoSuchStep, tr.c.Ref)
	}
	if tr.arrivedInTime(opening) {
		cmd.Opening = tr.yieldLapse(*opening)
		opening = tr.c.CurrentOpening()
	}
	tr.makeRespondentIfDue(opening)
	opening = tr.c.Opening(cmd.Opening)
	may := tr.rights()
	_, passed := opening.HandoverFrom(tr.by.ID)
	if !opening.MayAnswer(tr.by.ID) && opening.IsRespondent(tr.by.ID) && !opening.HasAnswered(tr.by.ID) {
		return newRefusal(CodeNotYours, sayCopied, tr.c.Ref, joinNames(tr.partiesToAnswer(opening)))
	}
	if !opening.MayAnswer(tr.by.ID) && !passed && !opening.HasAnswered(tr.by.ID) {
		return newRefusal(CodeNotYours, sayNotAskedYou, tr.c.Ref)
	}
	if may.Replace && opening.Number == len(tr.c.Openings) {
		return tr.replaceResponse(opening, cmd.Response)
	}
	if passed || !may.Answer || tr.c.State != StateAwaitingResponse || opening.Number != len(tr.c.Openings) {
		return tr.recordLateResponse(opening, cmd.Response)
	}
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	if err := validateResponse(&cmd.Response, rung, tr.env); err != nil {
		return err
	}
	tr.setOnBehalfOf(&cmd.Response, opening, rung)
	responded := Responded{Response: cmd.Response, AfterDue: !opening.standsStill() && !rung.HasNoLimit() && tr.arrivedAt.After(opening.Deadline.Due)}
	if responded.Awaits = tr.whoMustAnswerStill(opening, rung); len(responded.Awaits) > 0 {
		tr.emit(responded, opening.Rung, opening.Number)
		tr.tellChair()
		return nil
	}
	responded.NudgeAt = tr.nudgeTime(judgeNudgeDays)
	for _, role := range rung.CopyTo {
		responded.CopiedTo = append(responded.CopiedTo, tr.reachableInRole(role)...)
	}
	tr.emit(responded, opening.Rung, opening.Number)
	for _, p := range responded.CopiedTo {
		tr.post(Address{Person: p.ID}, CardAlert)
	}
	tr.applyHandovers(System, tr.planHandovers())
	tr.postJudgeCards()
	opening = tr.c.CurrentOpening()
	if opening.Judge.ID != tr.c.Chair.ID {
		tr.tellChair()
	}
	return nil
}

// replaceResponse puts an answer in the place of the same person's, until it is judged. Both are
// kept; the time of the first says whether it came in time.
func (tr *transition) replaceResponse(opening *Opening, r Response) error {
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	if err := validateResponse(&r, rung, tr.env); err != nil {
		return err
	}
	tr.setOnBehalfOf(&r, opening, rung)
	if slices.Contains(opening.Fingerprints, fingerprint(tr.by, r)) {
		return newRefusal(CodeAlreadyDone, sayAnsweredAlready)
	}
	tr.emit(Responded{Response: r, NudgeAt: tr.c.NextAt, Replaces: true}, opening.Rung, opening.Number)
	tr.postJudgeCards()
	if tr.c.CurrentOpening().Judge.ID != tr.c.Chair.ID {
		tr.tellChair()
	}
	return nil
}

// whoMustAnswerStill are those of the other roles, where each of the roles must answer: a role has
// answered when one who holds it has.
func (tr *transition) whoMustAnswerStill(o *Opening, rung *ladder.Rung) []string {
	if !rung.Respondents.AllAnswer {
		return nil
	}
	var answered []directory.Role
	for _, p := range o.Respondents {
		if p.ID == tr.by.ID {
			answered = append(answered, p.Role)
		}
	}
	var rest []string
	for _, p := range o.Respondents {
		if o.MayAnswer(p.ID) && p.ID != tr.by.ID && !slices.Contains(answered, p.Role) && !slices.Contains(rest, p.ID) {
			rest = append(rest, p.ID)
		}
	}
	return rest
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
	if isKnown && reason == LateAnsweredBefore {
		return newRefusal(CodeAlreadyDone, sayAnsweredAlready)
	}
	if isKnown || r.Text == "" && len(r.Plan) == 0 && len(r.Fields) == 0 {
		return refusal
	}
	tr.refusal = refusal
	tr.emit(LateResponse{Opening: opening.Number, Reason: reason, Response: r}, opening.Rung, opening.Number)
	if tr.c.State.IsOpen() {
		tr.tellChair()
	}
	return nil
}

// lateReason says why a reply on the opening does not count.
func (tr *transition) lateReason(opening *Opening) (reason string, refusal *Refusal) {
	_, listed := tr.env.Directory.PersonByEntra(tr.by.ID)
	switch h, passed := opening.HandoverFrom(tr.by.ID); {
	case !listed:
		return LateLeft, newRefusal(CodeNotYours, sayLateLeft)
	case passed && opening.Outcome == OutcomeOpen:
		return LateHandedOver, newRefusal(CodeMovedOn, sayLateHandedOver, h.To.Name)
	case !tr.c.State.IsOpen():
		return LateClosed, newRefusal(CodeClosed, sayLateClosed)
	case opening.Outcome == OutcomeLapsed:
		return LateLapsed, newRefusal(CodeMovedOn, sayLateLapsed)
	case opening.HasAnswered(tr.by.ID):
		return LateAnsweredBefore, newRefusal(CodeAlreadyDone, sayLateOwnAnswer)
	case opening.Outcome != OutcomeAnswered && opening.Outcome != OutcomeJudged:
		return LateMovedOn, newRefusal(CodeMovedOn, sayLateMovedOn)
	case opening.AnsweredBy.ID == tr.by.ID:
		return LateAnsweredBefore, newRefusal(CodeAlreadyDone, sayLateOwnAnswer)
	default:
		return LateAnswered, newRefusal(CodeAlreadyDone, sayLateOtherAnswered, opening.AnsweredBy.Name)
	}
}

// fingerprint tells one reply from another without repeating it.
func fingerprint(by Person, r Response) string {
	r.OnBehalfOf = ""
	data, _ := json.Marshal(r) // plain strings and dates: it cannot fail
	sum := sha256.Sum256(append([]byte(by.ID+"\n"), data...))
	return hex.EncodeToString(sum[:8])
}

// PlannedAction is one line of an agreed plan.
type PlannedAction struct {
	What  string       `json:"what"`
	Who   string       `json:"who"`
	DueBy workday.Date `json:"by"`
	// DueText is what was typed for a date that cannot be read as one. An answer with it is not
	// complete; a late reply keeps it among its words.
	DueText string `json:"-"`
}

// Response is what a respondent wrote.
type Response struct {
	Form ladder.ResponseForm `json:"form"`
	Text string              `json:"text"`
	Plan []PlannedAction     `json:"plan,omitempty"`
	// Fields are what the form asks for beside text and plan, by field id.
	Fields map[string]string `json:"fields,omitempty"`
	// OnBehalfOf names the respondent when somebody recorded their reply.
	OnBehalfOf string `json:"on_behalf_of,omitempty"`
}

// validateResponse refuses an answer that is not complete.
func validateResponse(r *Response, rung *ladder.Rung, env Env) error {
	f := inputFaults{}
	r.Form = rung.Form
	r.Text = requiredText(f, "text", sayWriteResponse, r.Text, maxText)
	r.Plan = dropEmptyActions(r.Plan)
	if rung.Form == ladder.FormPlan && len(r.Plan) == 0 {
		f.add("plan_1_what", sayPlanNeeded)
	}
	if len(r.Plan) > maxActions {
		f.add("plan_5_what", sayPlanTooLong, maxActions)
	}
	for i := range r.Plan {
		a, n := &r.Plan[i], strconv.Itoa(i+1)
		a.What = requiredText(f, "plan_"+n+"_what", sayPlanWhat, a.What, maxActionText)
		a.Who = requiredText(f, "plan_"+n+"_who", sayPlanWho, a.Who, maxName)
		validateFutureDate(f, "plan_"+n+"_by", sayPlanBy, a.DueBy, env)
	}
	r.Fields = validateFields(f, r.Fields, rung.Form.Fields(), env)
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}

// trimResponse keeps what can be kept of a reply that is not checked.
func trimResponse(r *Response, rung *ladder.Rung) {
	r.Form = rung.Form
	r.Plan = dropEmptyActions(r.Plan)
	for i, a := range r.Plan {
		if a.DueText != "" {
			r.Plan[i].What, r.Plan[i].DueText = strings.TrimSpace(a.What+" ("+a.DueText+")"), ""
		}
	}
	for len(r.Plan) > maxActions { // what is more than a plan holds stands among the words
		a, due := r.Plan[maxActions], ""
		if a.DueBy != 0 {
			due = a.DueBy.String()
		}
		r.Text += "\n" + strings.Trim(strings.Join([]string{a.What, a.Who, due}, "; "), "; ")
		r.Plan = slices.Delete(r.Plan, maxActions, maxActions+1)
	}
	r.Text = clipText(r.Text, maxText)
	for i := range r.Plan {
		r.Plan[i].What, r.Plan[i].Who = clipText(r.Plan[i].What, maxActionText), clipText(r.Plan[i].Who, maxName)
	}
	filled := map[string]string{}
	for _, field := range rung.Form.Fields() {
		if v := clipText(r.Fields[field.ID], maxText); v != "" {
			filled[field.ID] = v
		}
	}
	r.Fields = filled
}

// dropEmptyActions are the lines of a plan in which anything stands.
func dropEmptyActions(plan []PlannedAction) []PlannedAction {
	return slices.DeleteFunc(slices.Clone(plan), func(a PlannedAction) bool {
		return strings.TrimSpace(a.What) == "" && strings.TrimSpace(a.Who) == "" && a.DueBy == 0 && a.DueText == ""
	})
}

// ReasonOfLate is why a reply came too late. Older trails call a person's own answer somebody
// else's.
func (s Snapshot) ReasonOfLate(e Event, late LateResponse) string {
	if o := s.Challenge.Opening(late.Opening); late.Reason == LateAnswered && o != nil && o.AnsweredBy.ID == e.By.ID {
		return LateAnsweredBefore
	}
	return late.Reason
}
