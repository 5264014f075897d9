package words

// PackageWords is what people read about the app in Teams: before they have it, and while they
// type.
type PackageWords struct {
	ShortName, FullName  string
	Summary, Description string
	// InChat and InTeam are the commands that Teams offers while somebody types, in a private chat
	// and in a channel; Syntax is the word that it writes into the message.
	InChat, InTeam map[CommandName]Command
}

// OfferedOrder is the order in which Teams offers commands.
var OfferedOrder = []CommandName{CommandChallenge, CommandUrgent, CommandMine, CommandWaiting, CommandRegister, CommandNotes, CommandCover, CommandNotices, CommandHelp}

var englishPackage = PackageWords{
	ShortName: "Challenge",
	FullName:  "Challenge: professional challenge and escalation in child protection",
	Summary:   "Raise a professional challenge, get an answer in time, keep the record.",
	Description: `Challenge takes a professional challenge from the chair of a child protection conference, or anybody else who may raise one under the authority's procedure, to the manager who has to answer it.

- Type /challenge and fill in the form. The manager gets a card in Teams and answers on it, with the plan that was agreed.
- Every due date is counted in working days, and how it was counted is shown.
- If no answer comes in time, the challenge moves to the next stage of the authority's procedure by itself.
- Channels get a reference and a date only; a child is never mentioned.
- Every step is kept in an audit trail.

Only people whom the authority has named in its directory can raise, answer or read a challenge. The app reads only what is written to it: it does not ask for permission to read other messages, chats or files.`,
	InChat: map[CommandName]Command{
		CommandChallenge: {"challenge", "Raise a challenge: I give you the form. With a reference (/challenge CH-…), see where it stands."},
		CommandUrgent:    {"urgent", "Raise a challenge for an immediate risk. If a child is in danger now, call 999 first."},
		CommandMine:      {"mine", "What waits for you, and what you raised."},
		CommandWaiting:   {"waiting", "What waits for others, for those who oversee challenges."},
		CommandRegister:  {"register", "The challenges that you raised, oversee or keep the register of, open and ended: /register NUMBER, TEAM or NAME."},
		CommandNotes:     {"notes", "The case notes that you are to copy into the other system, ready to paste."},
		CommandCover:     {"cover", "Have somebody stand in for you: /cover NAME 2026-04-01 to 2026-04-17. Alone, it lists who does."},
		CommandNotices:   {"notices", "In which channel the notices of each team appear, for those who oversee challenges."},
		CommandHelp:      {"help", "What I can do, and what to type."},
	},
	InTeam: map[CommandName]Command{
		CommandChallenge: {"challenge", "Raise a challenge: I send you the form in your private chat. Please write nothing about a child here."},
		CommandNotices:   {"notices", "Have the notices of a team or a service appear in this channel: /notices here TEAM-OR-SERVICE. For those who oversee challenges."},
		CommandHelp:      {"help", "What I can do; only you see my answer."},
	},
}

var welshPackage = PackageWords{
	ShortName: "Herio",
	FullName:  "Herio: herio proffesiynol ac uwchgyfeirio ym maes amddiffyn plant",
	Summary:   "Codi her broffesiynol, cael ateb mewn pryd, a chadw'r cofnod.",
	Description: `Mae Herio yn mynd â her broffesiynol oddi wrth gadeirydd cynhadledd amddiffyn plant, neu unrhyw un arall a gaiff godi her o dan weithdrefn yr awdurdod, at y rheolwr sy'n gorfod ei hateb.

- Teipiwch /herio a llenwch y ffurflen. Mae'r rheolwr yn cael cerdyn yn Teams ac yn ateb arno, gan nodi'r cynllun y cytunwyd arno.
- Caiff pob dyddiad cau ei gyfrif mewn diwrnodau gwaith, a dangosir sut y cafodd ei gyfrif.
- Os na ddaw ateb mewn pryd, mae'r her yn symud yn awtomatig i gam nesaf gweithdrefn yr awdurdod.
- Dim ond cyfeirnod a dyddiad a gaiff sianeli; ni sonnir byth am blentyn.
- Cedwir pob cam mewn trywydd archwilio.

Dim ond pobl y mae'r awdurdod wedi'u henwi yn ei gyfeiriadur sy'n gallu codi, ateb neu ddarllen her. Dim ond yr hyn a ysgrifennir ato y mae'r ap yn ei ddarllen: nid yw'n gofyn am ganiatâd i ddarllen negeseuon, sgyrsiau na ffeiliau eraill.`,
	InChat: map[CommandName]Command{
		CommandChallenge: {"herio", "Codi her: cewch y ffurflen gennyf. Gyda chyfeirnod (/herio CH-…), cewch weld sefyllfa'r her honno."},
		CommandUrgent:    {"brys", "Codi her am berygl uniongyrchol. Os yw plentyn mewn perygl yn awr, ffoniwch 999 yn gyntaf."},
		CommandMine:      {"fy-heriau", "Yr heriau sy'n aros amdanoch, a'r rhai a godwyd gennych."},
		CommandWaiting:   {"yn-aros", "Yr hyn sy'n aros am bobl eraill, i'r rhai sy'n goruchwylio heriau."},
		CommandRegister:  {"cofrestr", "Yr heriau a godwyd gennych, yr ydych yn eu goruchwylio neu'n cadw eu cofrestr: /cofrestr RHIF, TÎM neu ENW."},
		CommandNotes:     {"nodiadau", "Y nodiadau achos yr ydych i'w copïo i'r system arall, yn barod i'w gludo."},
		CommandCover:     {"cyflenwi", "Cael rhywun i gymryd eich lle: /cyflenwi ENW 1/4/2026 i 17/4/2026. Ar ei ben ei hun, mae'n rhestru pwy sy'n gwneud."},
		CommandNotices:   {"hysbysiadau", "Ym mha sianel y mae hysbysiadau pob tîm yn ymddangos, i'r rhai sy'n goruchwylio heriau."},
		CommandHelp:      {"cymorth", "Beth y gallaf ei wneud, a beth i'w deipio."},
	},
	InTeam: map[CommandName]Command{
		CommandChallenge: {"herio", "Codi her: anfonaf y ffurflen atoch yn eich sgwrs breifat. Peidiwch ag ysgrifennu dim am blentyn yma."},
		CommandNotices:   {"hysbysiadau", "Cael hysbysiadau tîm neu wasanaeth yn y sianel hon: /hysbysiadau yma TÎM-NEU-WASANAETH. I'r rhai sy'n goruchwylio heriau."},
		CommandHelp:      {"cymorth", "Beth y gallaf ei wneud; dim ond chi fydd yn gweld fy ateb."},
	},
}
