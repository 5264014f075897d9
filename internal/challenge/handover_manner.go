package challenge

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
