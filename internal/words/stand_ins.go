package words

// StandInWords: what is said when somebody is named to stand in, beside the list.
type StandInWords struct {
	// Circle names those who would stand in for one another.
	Circle string
	// SecondPerson: who decides over a challenge is not covered by the one who names the cover.
	SecondPerson, NotedBefore, NothingWaits, HasLeft string
	// Away and Unreachable are of who was named; WillAct is who is asked in their place.
	Away, Unreachable, WillAct string
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
}
