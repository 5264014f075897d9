package command

import (
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/words"
)

func buildResponse(in *Inputs, d cards.ButtonData, c challenge.Snapshot) challenge.Command {
	if opening := c.Challenge.Opening(d.Opening); opening != nil && c.Ladder != nil {
		if rung, ok := c.Ladder.RungByID(opening.Rung); ok {
			in.readFields(rung.Form.Fields())
		}
	}
	r := challenge.Response{Text: in.Text(cards.FieldText), Fields: in.Values}
	for n := 1; n <= maxTypedActions; n++ {
		what, who, by := cards.PlanFieldID(n, "what"), cards.PlanFieldID(n, "who"), cards.PlanFieldID(n, "by")
		if strings.TrimSpace(in.Text(what)+in.Text(who)+in.Text(by)) == "" {
			continue
		}
		a := challenge.PlannedAction{What: in.Text(what), Who: in.Text(who), DueBy: in.Date(by, words.Ahead)}
		if a.DueBy == 0 {
			a.DueText = strings.TrimSpace(in.Text(by))
		}
		r.Plan = append(r.Plan, a)
	}
	return challenge.Respond{Opening: d.Opening, Response: r}
}

func buildVerdict(in *Inputs, d cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.Judge{Opening: d.Opening, Verdict: d.Verdict, Reason: in.Text(cards.FieldReason), ShorterWindow: in.ShorterWindow()}
}

func buildGateRecord(in *Inputs, d cards.ButtonData, c challenge.Snapshot) challenge.Command {
	if gate, ok := challenge.FindGate(c.Ladder, d.Rung, d.Gate); ok {
		in.readFields(gate.Fields)
	}
	cmd := challenge.RecordGate{Rung: d.Rung, Gate: d.Gate, Status: d.Status, Note: in.Text(cards.FieldNote), Fields: in.Values}
	if cmd.On = in.Date(cards.FieldOn, words.Behind); cmd.On == 0 && in.Unread[cards.FieldOn] != "" {
		// Without a date it took place today: one that cannot be read is not that.
		cmd.Unread = challenge.Unread{cards.FieldOn: in.Unread[cards.FieldOn]}
	}
	return cmd
}

func buildReferral(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	r := challenge.Referral{Contact: in.Text(cards.FieldContact), Note: in.Text(cards.FieldNote), On: in.Date(cards.FieldOn, words.Behind),
		LookedAfter: in.Text(cards.FieldLookedAfter) == cards.AnswerYes, Informed: map[directory.Role]string{}, Consulted: map[directory.Role]string{}}
	for k, v := range in.Values {
		if role, ok := strings.CutPrefix(k, cards.FieldInformedPrefix); ok {
			r.Informed[directory.Role(role)] = v
		}
		if role, ok := strings.CutPrefix(k, cards.FieldConsultedPrefix); ok {
			r.Consulted[directory.Role(role)] = v
		}
	}
	return challenge.Refer{Referral: r}
}

func buildSkip(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.SkipTo{To: in.Text(cards.FieldTo), Ground: in.Text(cards.FieldGround), Evidence: in.Text(cards.FieldEvidence)}
}

func buildHandOff(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.HandOff{To: in.Text(cards.FieldTo), Reason: in.Text(cards.FieldReason)}
}

func buildWithdrawal(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.Withdraw{Reason: in.Text(cards.FieldReason)}
}

func buildReminder(*Inputs, cards.ButtonData, challenge.Snapshot) challenge.Command {
	return challenge.RemindNow{}
}

func buildAcknowledgement(_ *Inputs, d cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.Acknowledge{Opening: d.Opening}
}

func buildNotMine(in *Inputs, d cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.NotMine{Opening: d.Opening, Owner: in.Text(cards.FieldOwner)}
}

func buildQuestion(in *Inputs, d cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.AskBack{Opening: d.Opening, Text: in.Text(cards.FieldReason)}
}

func buildAnswer(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.AnswerQuestion{Text: in.Text(cards.FieldReason)}
}

func buildEscalation(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.Escalate{Reason: in.Text(cards.FieldReason)}
}

func buildLiftUrgency(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.LiftUrgency{Reason: in.Text(cards.FieldReason)}
}

func buildRelease(*Inputs, cards.ButtonData, challenge.Snapshot) challenge.Command {
	return challenge.Release{}
}

func buildAskedOutside(in *Inputs, d cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.RecordAskedOutside{Opening: d.Opening, Method: challenge.ContactMethod(in.Text(cards.FieldHow)),
		On: in.Date(cards.FieldOn, words.Behind), Note: in.Text(cards.FieldNote)}
}

func buildMove(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.MoveToTeam{Team: in.Text(cards.FieldTeam)}
}

func buildCorrection(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	cmd := challenge.Correct{RecordNumber: in.Text(cards.FieldRecordNumber), Reason: in.Text(cards.FieldReason)}
	for id := range strings.SplitSeq(in.Text(cards.FieldCategories), ",") {
		if id != "" {
			cmd.Categories = append(cmd.Categories, id)
		}
	}
	return cmd
}

func buildSuccessor(in *Inputs, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.NameSuccessor{Successor: in.Text(cards.FieldSuccessor)}
}
