package ladder

import (
	"reflect"

	"challengebot/internal/workday"
)

// The words that a key takes where it takes no others.
var (
	knownRungKinds    = []RungKind{RungInformal, RungFormal, RungDiscussion, RungMeeting, RungExceptional, RungNote}
	knownForms        = []ResponseForm{FormWritten, FormPlan, FormDiscussion, FormMeeting, FormDecision, FormDifference}
	knownGateKinds    = []GateKind{GateDialogue, GateConsult, GateThreshold, GateInform, GateStatement, GateForm, GateFollowUp, GateConfirm, GateEscalation}
	knownFieldKinds   = []FieldKind{FieldLine, FieldLongText, FieldDate, FieldYesNo}
	knownParties      = []Party{PartyInternal, PartyPartner, PartyAny}
	knownDirections   = []Direction{ChairToService, ServiceToChair}
	knownLimitStarts  = []LimitStart{LimitFromRaise, LimitFromFirstFormal}
	knownPartnerModes = []PartnerMode{PartnerRecordOnly, PartnerHandOff}
	knownSubjectDates = []SubjectDate{DateRequired, DateOptional, DateNone}
	knownOwners       = []WindowOwner{OwnerRespondent, OwnerChair}
	knownRequirements = []Requirement{TookPlace, Agreed}
	knownLapses       = []LapseEffect{EscalateOnLapse, PromptOnLapse}
	knownDeeds        = []Deed{DeedRespond, DeedSatisfied, DeedPartly, DeedNotSatisfied, DeedEscalate, DeedSkip, DeedWithdraw, DeedAgreed, DeedRefused, DeedOverride}
	knownTestEnds     = []TestEnd{EndResolved, EndWithdrawn, EndHandedOff, EndOfLadder, EndWaitsAtGate, EndWaitsForAnswer, EndWaitsForJudgment}
	knownDivisions    = []workday.Division{workday.EnglandAndWales, workday.Scotland, workday.NorthernIreland}
	knownWindowStarts = []WindowStart{WindowFromReceipt, WindowFromLimitStart, WindowFromRaise, WindowFromConference, WindowFromRungBelow}
	// knownEvents are what records and notices hang on, knownPeriods when a report is due.
	knownEvents    = []string{"raise", "response", "judgement", "escalation", "lapse", "skip", "meeting", "close", "any"}
	knownPeriods   = []string{"month", "quarter", "year"}
	knownNoteParts = []NotePart{NoteConcern, NoteQuery, NoteAction, NoteResponse, NotePlan, NoteDecision, NoteDifference, NoteOutcome}
)

// KnownValues are the words that a key takes, by the key's place in the model: its type, or
// "Report.every" where the type is plain text.
func KnownValues(t reflect.Type, place string) []string {
	switch place {
	case "Report.every":
		return knownPeriods
	case "Alert.on", "RecordingRule.on":
		return knownEvents
	}
	return map[reflect.Type][]string{
		reflect.TypeFor[NotePart]():         plainTexts(knownNoteParts),
		reflect.TypeFor[RungKind]():         plainTexts(knownRungKinds),
		reflect.TypeFor[ResponseForm]():     plainTexts(knownForms),
		reflect.TypeFor[GateKind]():         plainTexts(knownGateKinds),
		reflect.TypeFor[FieldKind]():        plainTexts(knownFieldKinds),
		reflect.TypeFor[Party]():            plainTexts(knownParties),
		reflect.TypeFor[Direction]():        plainTexts(knownDirections),
		reflect.TypeFor[LimitStart]():       plainTexts(knownLimitStarts),
		reflect.TypeFor[PartnerMode]():      plainTexts(knownPartnerModes),
		reflect.TypeFor[SubjectDate]():      plainTexts(knownSubjectDates),
		reflect.TypeFor[WindowOwner]():      plainTexts(knownOwners),
		reflect.TypeFor[Requirement]():      plainTexts(knownRequirements),
		reflect.TypeFor[LapseEffect]():      plainTexts(knownLapses),
		reflect.TypeFor[Deed]():             plainTexts(knownDeeds),
		reflect.TypeFor[TestEnd]():          plainTexts(knownTestEnds),
		reflect.TypeFor[workday.Division](): plainTexts(knownDivisions),
		reflect.TypeFor[WindowStart]():      plainTexts(knownWindowStarts),
	}[t]
}

func plainTexts[T ~string](values []T) []string {
	return mapToStrings(values, func(v T) string { return string(v) })
}
