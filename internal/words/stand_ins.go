package words

import "challengebot/internal/challenge"

// StandInWords are the texts of what is said when somebody is named to stand in, beside the list.
type StandInWords struct {
	// Circle names those who would stand in for one another.
	Circle string
	// SecondPerson: who decides over a challenge is not covered by the one who names the cover.
	SecondPerson, NotedBefore, NothingWaits, HasLeft string
	// Away and Unreachable are of who was named; WillAct is who is asked in their place.
	Away, Unreachable, WillAct string
	// Obstacles are said of who was named and of who is away.
	Obstacles map[challenge.StandInObstacle]string
	// Handovers take where, from whom and to whom.
	Handovers map[challenge.HandoverManner]string
	GapWords
	// Move and the others are of the ways to move a challenge to another team, and to name a
	// successor of a chair who has left, who is named in SuccessorTitle.
	Move, MoveTo, MoveButton, SuccessorTitle, SuccessorWho, SuccessorButton string
	// Correct and the others are of what was written when a challenge was raised.
	Correct, CorrectReason, CorrectButton string
	// NotMine: somebody who is asked says whose the question is.
	NotMine, OwnerWho, NotMineButton string
	// Moved takes who moved it, from which team and to which.
	Moved string
}

// GapWords are the texts that say that nobody is left who could do something.
type GapWords struct {
	// Tasks name what cannot be done; that at a gate takes the gate.
	Tasks map[challenge.Task]string
	// Gaps take what cannot be done and who should: a person with their role, or a role.
	Gaps map[challenge.GapReason]string
	// JudgedByChair and AskedByChair: nobody holds the role, so whoever raised the challenge
	// does it. ChairLeft takes the name and the reference.
	JudgedByChair, JudgeConflict, AskedByChair, ChairLeft, PlaceUnknown, CalendarEnds string
	// RoleOfNobody takes a role.
	RoleOfNobody, AttendedAgain, Heading, NoLongerYours string
}

var englishStandIns = StandInWords{
	Circle:       "That would be a circle: %s would stand in for one another, and nobody would be left. Please name somebody who is there.",
	SecondPerson: "%s decides on challenges, so whoever oversees them cannot name themselves to do so. Please ask %s, or somebody else who oversees challenges, to name you.",
	NotedBefore:  "That was noted before.",
	NothingWaits: "Nothing waits for %s now, so nothing was handed over.",
	HasLeft:      "nobody, since who was named is not in the directory any more",
	Away:         "%s is away too on some of these days: from %s to %s %s stands in.",
	Unreachable:  "Teams delivers no message to %s at present. Until it does, %s stays asked.",
	WillAct:      "%s is with %s now.",
	Obstacles: map[challenge.StandInObstacle]string{
		challenge.StandInMayRaise: "%s raises challenges: in those, %s stays asked.",
		challenge.StandInIsNext:   "%s is asked on the next step of the same challenges: on the step before, %s stays asked.",
		challenge.StandInJudges:   "%s decides on some of the answers: to those, %s stays asked.",
	},
	Handovers: map[challenge.HandoverManner]string{
		challenge.MannerAnswerCover: "%s: handed over from %s to %s. The date stays.",
		challenge.MannerAnswerBack:  "%[1]s: %[3]s is back and may answer as well as %[2]s. The date stays.",
		challenge.MannerAnswerToo:   "%[1]s: %[3]s is asked now, and %[2]s may still answer. The date stays.",
		challenge.MannerAnswerLeft:  "%s: %s is not in the directory any more, so %s is asked. The date stays.",
		challenge.MannerAnswerRole:  "%s: %s does not hold the role any more, so %s is asked. The date stays.",
		challenge.MannerAnswerMoved: "%s: passed on from %s to %s with the move to another team. The date stays.",
		challenge.MannerAnswerNamed: "%s: %s said that it is not theirs, and named %s, who is asked. The date stays.",
		challenge.MannerRecording:   "%[1]s: %[3]s records the answer now, in the place of %[2]s. The date stays.",
		challenge.MannerJudgeToo:    "%[1]s: %[3]s decides on the answer as well as %[2]s.",
		challenge.MannerJudgeNew:    "%[1]s: %[3]s decides on the answer, in the place of %[2]s.",
		challenge.MannerGateToo:     "%[1]s: %[3]s can record this as well as %[2]s.",
		challenge.MannerGateNew:     "%[1]s: %[3]s can record this, in the place of %[2]s.",
	},
	GapWords: GapWords{
		Tasks: map[challenge.Task]string{
			challenge.TaskAnswer: "To answer", challenge.TaskRecording: "To record the answer", challenge.TaskJudgement: "To decide on the answer",
			challenge.TaskGate: "To record \"%s\"",
		},
		Gaps: map[challenge.GapReason]string{
			challenge.GapVacant: "%s: %s does not hold the role any more, and nobody else does.",
			challenge.GapAway:   "%s: %s is away, and nobody is left who stands in.",
			challenge.GapLeft:   "%s: %s is not in the directory any more, and nobody else holds the role.",
		},
		JudgedByChair: "Nobody holds the role %s, which decides on the answer: whoever raised the challenge decides.",
		JudgeConflict: "Whoever holds the role %s, which decides on the answer, has another part in this challenge: whoever raised it decides.",
		AskedByChair:  "Nobody holds the role %s, which puts the challenge on this step: whoever raised the challenge does.",
		ChairLeft:     "%s, who raised this, is not in the directory any more. Whoever oversees the challenge names a successor: /successor %s NAME",
		PlaceUnknown:  "The directory does not list the team or the agency of this challenge any more, so nobody can be asked. It stays where it is until the directory is put right, or until whoever raised it moves it to another team: /move %s TEAM",
		CalendarEnds:  "The calendar of working days does not reach far enough for the next date. The challenge stays where it is until the calendar is brought up to date.",
		RoleOfNobody:  "nobody in the role %s",
		AttendedAgain: "There is somebody again for everything that the challenge waits for.",
		Heading:       "Nobody is there",
		NoLongerYours: "You have no part in this challenge any more, so it is not shown to you.",
	},
	Correct:         "Correct what was written",
	CorrectReason:   "Why it is corrected",
	CorrectButton:   "Correct it now",
	Move:            "Move it to another team",
	MoveTo:          "Which team the child is with",
	MoveButton:      "Move the challenge now",
	SuccessorTitle:  "Name a successor of %s",
	SuccessorWho:    "Who takes over",
	SuccessorButton: "Name the successor now",
	NotMine:         "This is not mine",
	OwnerWho:        "Whose it is: the name of a person",
	NotMineButton:   "Pass the question on",
	Moved:           "%s moved the challenge from %s to %s. The dates stay.",
}

var welshStandIns = StandInWords{
	Circle:       "Cylch fyddai hynny: byddai %s yn cymryd lle ei gilydd, ac ni fyddai neb ar ôl. Enwch rywun sydd yno.",
	SecondPerson: "Mae %s yn penderfynu ar heriau, felly ni chaiff y sawl sy'n eu goruchwylio ei enwi ei hun i wneud hynny. Gofynnwch i %s, neu i rywun arall sy'n goruchwylio heriau, eich enwi.",
	NotedBefore:  "Nodwyd hynny o'r blaen.",
	NothingWaits: "Nid oes dim yn aros am %s yn awr, felly ni throsglwyddwyd dim.",
	HasLeft:      "neb, gan nad yw'r sawl a enwyd yn y cyfeiriadur mwyach",
	Away:         "Mae %s i ffwrdd hefyd ar rai o'r diwrnodau hyn: o %s i %s mae %s yn cymryd lle.",
	Unreachable:  "Nid yw Teams yn danfon negeseuon at %s ar hyn o bryd. Tan hynny, gofynnir i %s o hyd.",
	WillAct:      "Mae %s gyda %s yn awr.",
	Obstacles: map[challenge.StandInObstacle]string{
		challenge.StandInMayRaise: "Mae %s yn codi heriau: yn y rheini, gofynnir i %s o hyd.",
		challenge.StandInIsNext:   "Gofynnir i %s ar gam nesaf yr un heriau: ar y cam cynt, gofynnir i %s o hyd.",
		challenge.StandInJudges:   "Mae %s yn penderfynu ar rai o'r atebion: am y rheini, gofynnir i %s o hyd.",
	},
	Handovers: map[challenge.HandoverManner]string{
		challenge.MannerAnswerCover: "%s: trosglwyddwyd oddi wrth %s i %s. Nid yw'r dyddiad yn newid.",
		challenge.MannerAnswerBack:  "%[1]s: mae %[3]s yn ôl ac yn cael ateb, yn ogystal â %[2]s. Nid yw'r dyddiad yn newid.",
		challenge.MannerAnswerToo:   "%[1]s: gofynnir i %[3]s yn awr, ac mae %[2]s yn cael ateb o hyd. Nid yw'r dyddiad yn newid.",
		challenge.MannerAnswerLeft:  "%s: nid yw %s yn y cyfeiriadur mwyach, felly gofynnir i %s. Nid yw'r dyddiad yn newid.",
		challenge.MannerAnswerRole:  "%s: nid oes gan %s y rôl mwyach, felly gofynnir i %s. Nid yw'r dyddiad yn newid.",
		challenge.MannerAnswerMoved: "%s: trosglwyddwyd oddi wrth %s i %s wrth symud i dîm arall. Nid yw'r dyddiad yn newid.",
		challenge.MannerAnswerNamed: "%s: dywedodd %s nad ei gwestiwn yntau ydoedd, ac enwodd %s, y gofynnir iddynt yn awr. Nid yw'r dyddiad yn newid.",
		challenge.MannerRecording:   "%[1]s: %[3]s sy'n cofnodi'r ateb yn awr, yn lle %[2]s. Nid yw'r dyddiad yn newid.",
		challenge.MannerJudgeToo:    "%[1]s: mae %[3]s yn penderfynu ar yr ateb, yn ogystal â %[2]s.",
		challenge.MannerJudgeNew:    "%[1]s: %[3]s sy'n penderfynu ar yr ateb, yn lle %[2]s.",
		challenge.MannerGateToo:     "%[1]s: caiff %[3]s gofnodi hyn, yn ogystal â %[2]s.",
		challenge.MannerGateNew:     "%[1]s: caiff %[3]s gofnodi hyn, yn lle %[2]s.",
	},
	GapWords: GapWords{
		Tasks: map[challenge.Task]string{
			challenge.TaskAnswer: "I ateb", challenge.TaskRecording: "I gofnodi'r ateb", challenge.TaskJudgement: "I benderfynu ar yr ateb",
			challenge.TaskGate: "I gofnodi \"%s\"",
		},
		Gaps: map[challenge.GapReason]string{
			challenge.GapVacant: "%s: nid oes gan %s y rôl mwyach, na neb arall ychwaith.",
			challenge.GapAway:   "%s: mae %s i ffwrdd, ac nid oes neb ar ôl i gymryd eu lle.",
			challenge.GapLeft:   "%s: nid yw %s yn y cyfeiriadur mwyach, ac nid oes neb arall yn y rôl.",
		},
		JudgedByChair: "Nid oes neb yn y rôl %s, sy'n penderfynu ar yr ateb: y sawl a gododd yr her sy'n penderfynu.",
		JudgeConflict: "Mae gan y sawl sydd yn y rôl %s, sy'n penderfynu ar yr ateb, ran arall yn yr her hon: y sawl a'i cododd sy'n penderfynu.",
		AskedByChair:  "Nid oes neb yn y rôl %s, sy'n rhoi'r her ar y cam hwn: y sawl a gododd yr her sy'n gwneud hynny.",
		ChairLeft:     "Nid yw %s, a gododd hyn, yn y cyfeiriadur mwyach. Y sawl sy'n goruchwylio'r her sy'n enwi olynydd: /olynydd %s ENW",
		PlaceUnknown:  "Nid yw'r cyfeiriadur yn rhestru tîm neu asiantaeth yr her hon mwyach, felly ni ellir gofyn i neb. Mae'n aros lle y mae nes bod y cyfeiriadur yn cael ei gywiro, neu nes bod y sawl a'i cododd yn ei symud i dîm arall: /symud %s TÎM",
		CalendarEnds:  "Nid yw'r calendr o ddiwrnodau gwaith yn cyrraedd yn ddigon pell ar gyfer y dyddiad nesaf. Mae'r her yn aros lle y mae nes bod y calendr yn cael ei ddiweddaru.",
		RoleOfNobody:  "neb yn y rôl %s",
		AttendedAgain: "Mae rhywun yno eto ar gyfer popeth y mae'r her yn aros amdano.",
		Heading:       "Nid oes neb yno",
		NoLongerYours: "Nid oes gennych ran yn yr her hon mwyach, felly nid yw'n cael ei dangos i chi.",
	},
	Correct:         "Cywiro'r hyn a ysgrifennwyd",
	CorrectReason:   "Pam y mae'n cael ei gywiro",
	CorrectButton:   "Ei gywiro yn awr",
	Move:            "Ei symud i dîm arall",
	MoveTo:          "Gyda pha dîm y mae'r plentyn",
	MoveButton:      "Symud yr her yn awr",
	SuccessorTitle:  "Enwi olynydd i %s",
	SuccessorWho:    "Pwy sy'n cymryd drosodd",
	SuccessorButton: "Enwi'r olynydd yn awr",
	NotMine:         "Nid fy nghwestiwn i yw hwn",
	OwnerWho:        "Cwestiwn pwy ydyw: enw'r person",
	NotMineButton:   "Trosglwyddo'r cwestiwn",
	Moved:           "Symudodd %s yr her o %s i %s. Nid yw'r dyddiadau'n newid.",
}
