package challenge

// HandoverReason is why a task passes from one person to another. The empty one is cover:
// somebody is away, or is back.
type HandoverReason string

// The reasons beside cover.
const (
	// ReasonLeft: they are not in the directory any more.
	ReasonLeft HandoverReason = "left"
	// ReasonRole: they do not hold the role any more.
	ReasonRole HandoverReason = "role"
	// ReasonHeld: nobody held the role, so somebody else had the task; now it is held.
	ReasonHeld HandoverReason = "held"
	// ReasonMoved: the challenge went to another team.
	ReasonMoved HandoverReason = "moved"
	// ReasonNotMine: who was asked said whose question it is.
	ReasonNotMine HandoverReason = "not_mine"
)

// CoverHandover is one passing on of something that the challenge waits for.
type CoverHandover struct {
	From Party `json:"from"`
	To   Party `json:"to"`
	// Alongside: To is asked beside From.
	Alongside bool           `json:"both,omitempty"`
	Task      Task           `json:"task,omitempty"`
	Gate      string         `json:"gate,omitempty"`
	Reason    HandoverReason `json:"why,omitempty"`
	// Side is what passes of a gate that one is asked to open and another what they think of it;
	// empty: all that From is asked at the gate passes.
	Side GateSide `json:"side,omitempty"`
}

// GateSide is one of the two things that somebody can be asked at a gate.
type GateSide string

// The sides. They are stored.
const (
	SideOpeners   GateSide = "openers"
	SideConsulted GateSide = "consulted"
)

// HandoverManner is a way in which something passes from one person to another, as people
// are told of it.
type HandoverManner string

// The manners. What each sentence needs is where, from whom and to whom.
const (
	MannerAnswerCover HandoverManner = "answer_cover"
	MannerAnswerBack  HandoverManner = "answer_back"
	MannerAnswerToo   HandoverManner = "answer_too"
	MannerAnswerLeft  HandoverManner = "answer_left"
	MannerAnswerRole  HandoverManner = "answer_role"
	MannerAnswerMoved HandoverManner = "answer_moved"
	MannerAnswerNamed HandoverManner = "answer_named"
	MannerRecording   HandoverManner = "recording"
	MannerJudgeToo    HandoverManner = "judge_too"
	MannerJudgeNew    HandoverManner = "judge_new"
	MannerGateToo     HandoverManner = "gate_too"
	MannerGateNew     HandoverManner = "gate_new"
)

// Manner is that of a handover.
func (h CoverHandover) Manner() HandoverManner {
	switch {
	case h.Task == TaskRecording:
		return MannerRecording
	case h.Task == TaskJudgement && h.Alongside:
		return MannerJudgeToo
	case h.Task == TaskJudgement:
		return MannerJudgeNew
	case h.Task == TaskGate && h.Alongside:
		return MannerGateToo
	case h.Task == TaskGate:
		return MannerGateNew
	case h.Reason == ReasonMoved:
		return MannerAnswerMoved
	case h.Reason == ReasonNotMine:
		return MannerAnswerNamed
	case h.Reason == ReasonLeft:
		return MannerAnswerLeft
	case h.Reason != "":
		return MannerAnswerRole
	case h.Alongside && h.To.CoverFor == "":
		return MannerAnswerBack
	case h.Alongside:
		return MannerAnswerToo
	default:
		return MannerAnswerCover
	}
}
