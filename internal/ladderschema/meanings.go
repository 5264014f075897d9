package ladderschema

import "strings"

// meanings are those of keys of which the template says nothing, because they are plain from where they
// stand in it.
var meanings = map[string]string{
	"Ladder.title":     "What people call the procedure.",
	"Ladder.authority": "Whose procedure it is.",

	"Words.challenge":  "Your word for a challenge.",
	"Words.rung":       "Your word for one step of the ladder, such as stage or level.",
	"Words.chair":      "Your word for who chairs conferences and raises challenges.",
	"Words.child":      "Your word for the child.",
	"Words.record_id":  "Your name for the child's number in the case system.",
	"Words.conference": "Your word for the meeting that a challenge comes from.",
	"Words.preface":    "What stands on the form before somebody writes.",

	"Subject.plan":   "The kind of plan of a child whose challenge is about it; the first of plans unless said.",
	"Subject.date":   "Whether its date must be given, may be, or is not asked for; required unless said.",
	"Category.plans": "The kinds of plan for which it can be chosen; all unless said.",

	"Rung.respond":             "Who is asked on this rung, and which of them answers.",
	"Rung.all_must_agree":      "Each of those who judge must be satisfied, not any one of them.",
	"Rung.ask_again":           "The procedure sets no time: those who are asked are asked again each time this has passed, and are never late.",
	"MeetingRules.chair":       "The role that chairs the meeting.",
	"MeetingRules.minuted_by":  "Who takes the minutes.",
	"MeetingRules.invite":      "The roles that are invited.",
	"MeetingRules.must_attend": "The roles without which it is not held.",
	"MeetingRules.optional":    "The roles that may come.",
	"MeetingRules.may_hold":    "Whoever answers decides whether there is a meeting.",

	"Gate.kind":            "What must be done before the rung opens.",
	"Gate.within":          "The time for it; a gate of kind escalation opens by itself when that has passed.",
	"Gate.within_inferred": "The procedure states no time for it and this one is a reading.",
	"Field.kind":           "What is written: one line, a longer text, a date, or yes or no.",
	"Field.optional":       "It may be left empty.",
	"Field.past":           "The date is not in the future.",

	"Destination.rung":     "The rung that opens next.",
	"Destination.hand_off": "The procedure, of those under hand_offs, in which the challenge goes on.",
	"Destination.end":      "The ladder ends here; the chair decides what follows.",

	"RaiseWithin.window":      "Days from the date of what the challenge is about.",
	"SharedWindow.rungs":      "The rungs that have the time together.",
	"SharedWindow.window":     "The time, from when the first of them opens.",
	"Urgency.window":          "The most that any rung has, until the chair lifts the urgency.",
	"Urgency.start_at":        "The rung on which it begins; the first unless said.",
	"Urgency.window_inferred": "The procedure states no time and this one is a reading.",
	"Skip.to":                 "The rungs that can be reached directly.",
	"Skip.grounds":            "The reasons that the procedure accepts; one is chosen.",
	"Skip.gates":              "What must be done before, as under the gates of a rung.",
	"Ground.window":           "It makes the challenge urgent: no rung has more time after it, until the chair lifts it.",
	"Ground.window_inferred":  "The procedure states no time and this one is a reading.",

	"ExternalReferral.to":                "The body to which it is made.",
	"ExternalReferral.by":                "The role that makes it.",
	"ExternalReferral.only_looked_after": "It can be made for a looked-after child only.",
	"ExternalReferral.inform_before":     "The roles that are told before it is made.",
	"ExternalReferral.consult":           "The roles whose view is asked for and recorded.",
	"ExternalReferral.contact":           "How the body is reached.",
	"ExternalReferral.advice":            "What whoever makes it is advised to do.",
	"PartnerConcerns.mode":               "Whether such a concern goes to another procedure, or is recorded only.",
	"PartnerConcerns.to":                 "The procedure, of those under hand_offs.",
	"PartnerConcerns.template":           "What the record of it holds.",
	"ShortenRule.by":                     "The role that may ask for less time.",
	"ShortenRule.minimum":                "The least time that must be left.",

	"RecordingRule.on":          "After which steps the note is written.",
	"RecordingRule.author":      "The role that writes it.",
	"RecordingRule.system":      "The system in which it is written.",
	"RecordingRule.location":    "Where in that system.",
	"RecordingRule.template":    "What it says.",
	"Oversight.role":            "The role that watches.",
	"Oversight.resolve_before":  "The rung before which a challenge should be settled.",
	"Alert.on":                  "After which steps they are told.",
	"Alert.rungs":               "The rungs on which; every rung unless said.",
	"Alert.to":                  "The roles that are told.",
	"RegisterReaders.roles":     "The roles that find these challenges in the register and read them.",
	"RegisterReaders.from":      "The rung with whose first opening they do; from the raising on unless said.",
	"ThemeNote.to":              "The role that is told of a pattern.",
	"ThemeNote.about":           "What patterns are looked for.",
	"ConferenceList.since_last": "The conference hears of challenges since the last one.",
	"ConferenceList.intended":   "The conference hears of challenges that are intended.",
	"Report.every":              "How often it is made.",
	"Report.by":                 "The role that makes it.",
	"Report.to":                 "The meeting or person that receives it.",
	"Report.measures":           "What it counts.",
	"Test.test":                 "What the example shows; each has a name of its own.",
	"Act.rung":                  "The rung on which it is done, or before which the gate stands.",
	"Act.at":                    "The day and time at which it is done, like 2026-04-09 09:00.",
	"Act.do":                    "What is done.",
	"Act.gate":                  "The gate at which it is done.",
	"Act.ground":                "The ground of the skip.",
	"Expectation.rung":          "The rung of which it is expected.",
	"Expectation.opens":         "When it opens, as a day and time or a day alone; never, if it is not reached.",
	"Expectation.due":           "When its answer is due, as a day and time or a day alone.",
	"Expectation.asks":          "The roles that are asked to answer, all of them.",
	"GoodPractice.about":        "What the procedure says of good practice.",
}

// meaningOf is what a key means where the template does not say it.
func meaningOf(place string) string {
	if said := meanings[place]; said != "" {
		return said
	}
	switch _, name, _ := strings.Cut(place, "."); name {
	case "id":
		return "Its name within this file: small letters, digits and hyphens. It never changes."
	case "label":
		return "What people read."
	case "source", "window_source":
		return "Where the procedure says so."
	}
	return ""
}
