package record

import (
	"cmp"
	"fmt"
	"strings"

	"challengebot/internal/challenge"
)

// handoverWords take where, from whom and to whom.
var handoverWords = map[challenge.HandoverManner]string{
	challenge.MannerAnswerCover: "%s was handed over from %s to %s. The due time stays.",
	challenge.MannerAnswerBack:  "%[3]s is back and may answer %[1]s as well as %[2]s. The due time stays.",
	challenge.MannerAnswerToo:   "%[3]s is asked about %[1]s, and %[2]s may still answer. The due time stays.",
	challenge.MannerAnswerLeft:  "%[2]s has left the directory, so %[3]s is asked about %[1]s. The due time stays.",
	challenge.MannerAnswerRole:  "%[2]s no longer holds the role, so %[3]s is asked about %[1]s. The due time stays.",
	challenge.MannerAnswerMoved: "%s passed from %s to %s with the move to another team. The due time stays.",
	challenge.MannerAnswerNamed: "%[2]s said that %[1]s is not theirs and named %[3]s, who is asked. The due time stays.",
	challenge.MannerRecording:   "%[3]s records the answer to %[1]s in the place of %[2]s. The due time stays.",
	challenge.MannerJudgeToo:    "%[3]s decides on the answer to %[1]s as well as %[2]s.",
	challenge.MannerJudgeNew:    "%[3]s decides on the answer to %[1]s in the place of %[2]s.",
	challenge.MannerGateToo:     "%[3]s can record “%[1]s” as well as %[2]s.",
	challenge.MannerGateNew:     "%[3]s can record “%[1]s” in the place of %[2]s.",
}

func (n *narrator) describeHandover(rung string, h challenge.HandedOver) string {
	where := n.rungLabel(rung)
	if h.Task == challenge.TaskGate {
		where = n.findGate(rung, h.Gate).Label
	}
	return fmt.Sprintf(handoverWords[h.Manner()], where, n.formatParty(h.From), n.formatParty(h.To))
}

// gapWords say why nobody was left.
var gapWords = map[challenge.GapReason]string{
	challenge.GapVacant: "nobody held the role", challenge.GapAway: "away, and nobody was left who stood in",
	challenge.GapLeft: "no longer in the directory", challenge.GapPlace: "the directory did not list the team or the agency any more",
	challenge.GapConflict: "all who held the role had another part in the challenge",
	challenge.GapCalendar: "the calendar of working days did not reach far enough",
}

var gapTaskWords = map[challenge.Task]string{
	challenge.TaskAnswer: "to answer", challenge.TaskRecording: "to record the answer", challenge.TaskJudgement: "to decide on the answer",
	challenge.TaskGate: "to record a step before the next", challenge.TaskChair: "who raised the challenge",
	challenge.TaskAsking: "to put the challenge on this step", challenge.TaskGoingOn: "to go on",
}

func (n *narrator) describeGaps(b challenge.Unattended) string {
	if len(b.Gaps) == 0 {
		return "There was somebody again for everything that the challenge waited for."
	}
	var said []string
	for _, g := range b.Gaps {
		who := cmp.Or(g.Name, n.Ladder.RoleLabel(g.Role))
		said = append(said, strings.TrimSuffix(gapTaskWords[g.Task]+": "+who, ": ")+", "+gapWords[g.Reason])
	}
	return "Nobody was left for something that the challenge waits for, and those who oversee it were told: " + strings.Join(said, "; ") + "."
}
