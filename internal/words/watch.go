package words

// WatchWords are the texts of what those who oversee challenges are told when the bot cannot do its
// work. None of it is about a child.
type WatchWords struct {
	// Overdue and QuestionsWait take a number; QuestionsWait then minutes.
	Overdue, QuestionsWait string
	ClockFault             string
	// DirectoryCopy takes a date and a time; CalendarEnds a date.
	DirectoryCopy, CalendarEnds string
	// SettingsRefused: changed files were not taken.
	SettingsRefused string
	// CalendarMet takes a reference.
	CalendarMet string
	// Restored takes the beginning and the end of what is missing, and a line for each open
	// challenge; RestoredMore how many more there are.
	Restored, RestoredMore string
}

var englishWatch = WatchWords{
	Overdue: "Something is wrong with this bot. Challenges past their time for which nothing has happened: %d. Nothing that anybody wrote is lost. " +
		"Please tell whoever runs the bot: its log says why.",
	QuestionsWait: "Teams has not taken cards that ask somebody for an answer: %d of them, the oldest for %d minutes. Who should answer has not been asked yet. " +
		"Please tell whoever runs the bot: its log says why.",
	ClockFault: "This bot does not trust its clock, so it ends no window and sends no reminder until somebody has looked. Answers are taken as always. " +
		"Please tell whoever runs the bot: its log says what to do.",
	DirectoryCopy: "The directory of people and roles cannot be read. This bot works with the last one that could be, kept %s. Later changes do not count yet. " +
		"Please tell whoever looks after that file.",
	SettingsRefused: "The configuration of this bot, its directory of people or a procedure was changed, and the change was not taken: the bot works as it did before. " +
		"Please tell whoever looks after those files: its log says where to look.",
	CalendarEnds: "The bot's calendar of working days ends on %s. After that no due date can be worked out, and open challenges stand still. " +
		"Please ask whoever runs the bot to install a newer version, or to set how far the calendar goes.",
	CalendarMet: "%s stands still: its next due date lies past the end of the bot's calendar of working days. It goes on by itself once whoever runs the bot " +
		"has installed a newer version, or has set how far the calendar goes.",
	Restored: "The database of this bot was restored from a backup. What was done from %s to %s is missing: answers that were given then are lost, and a challenge that was " +
		"raised then is not known here, though its cards still stand in Teams and must be raised again. No silence in that time counts. Whoever is being asked " +
		"something is asked again; please find out from them whether they had answered. Open challenges, and whom each waits for:\n\n%s",
	RestoredMore: "and %d more",
}

var welshWatch = WatchWords{
	Overdue: "Mae rhywbeth o'i le ar y bot hwn. Heriau sydd heibio i'w hamser heb i ddim ddigwydd: %d. Ni chollwyd dim a ysgrifennodd neb. " +
		"Rhowch wybod i'r sawl sy'n rhedeg y bot: mae ei gofnod yn dweud pam.",
	QuestionsWait: "Nid yw Teams wedi derbyn cardiau sy'n gofyn i rywun am ateb: %d ohonynt, yr hynaf ers %d munud. Ni ofynnwyd eto i'r sawl a ddylai ateb. " +
		"Rhowch wybod i'r sawl sy'n rhedeg y bot: mae ei gofnod yn dweud pam.",
	ClockFault: "Nid yw'r bot hwn yn ymddiried yn ei gloc, felly nid yw'n dod ag unrhyw gyfnod i ben nac yn anfon unrhyw nodyn atgoffa nes i rywun edrych. " +
		"Derbynnir atebion fel arfer. Rhowch wybod i'r sawl sy'n rhedeg y bot: mae ei gofnod yn dweud beth i'w wneud.",
	DirectoryCopy: "Ni ellir darllen y cyfeiriadur o bobl a rolau. Mae'r bot hwn yn gweithio gyda'r un diwethaf y gellid ei ddarllen, a gadwyd %s. " +
		"Nid yw newidiadau diweddarach yn cyfrif eto. Rhowch wybod i'r sawl sy'n gofalu am y ffeil honno.",
	SettingsRefused: "Newidiwyd ffurfweddiad y bot hwn, ei gyfeiriadur o bobl neu weithdrefn, ac ni dderbyniwyd y newid: mae'r bot yn gweithio fel o'r blaen. " +
		"Rhowch wybod i'r sawl sy'n gofalu am y ffeiliau hynny: mae ei gofnod yn dweud ble i edrych.",
	CalendarEnds: "Mae calendr diwrnodau gwaith y bot yn dod i ben ar %s. Wedi hynny ni ellir cyfrifo unrhyw ddyddiad cau, ac mae heriau agored yn sefyll yn stond. " +
		"Gofynnwch i'r sawl sy'n rhedeg y bot osod fersiwn mwy diweddar, neu bennu hyd y calendr.",
	CalendarMet: "Mae %s yn sefyll yn stond: mae ei ddyddiad cau nesaf y tu hwnt i ddiwedd calendr diwrnodau gwaith y bot. Bydd yn mynd ymlaen ohono'i hun " +
		"unwaith y bydd y sawl sy'n rhedeg y bot wedi gosod fersiwn mwy diweddar, neu wedi pennu hyd y calendr.",
	Restored: "Adferwyd cronfa ddata'r bot hwn o gopi wrth gefn. Mae'r hyn a wnaed rhwng %s a %s ar goll: collwyd yr atebion a roddwyd bryd hynny, ac nid yw her a godwyd bryd " +
		"hynny yn hysbys yma, er bod ei chardiau'n dal yn Teams, a rhaid ei chodi eto. Nid yw tawelwch yn yr amser hwnnw'n cyfrif. Gofynnir eto i bawb y gofynnir " +
		"rhywbeth iddynt; holwch a oeddent wedi ateb. Heriau agored, ac am bwy mae pob un yn aros:\n\n%s",
	RestoredMore: "a %d arall",
}
