package bot

import (
	"challengebot/internal/words"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// messageFrom is a text with the entities that Teams sends beside it.
func messageFrom(text, entities string) Activity {
	a := Activity{Type: TypeMessage, Text: text, Recipient: Account{ID: "28:b", Name: "Challenge Bot"}}
	if entities != "" {
		a.Entities = json.RawMessage("[" + entities + "]")
	}
	return a
}

func TestWhatTeamsWritesIntoATextIsNoPartOfIt(t *testing.T) {
	t.Parallel()
	const quote = `<quoted messageId="1772129782775"/>`
	const own = `{"type":"mention","mentioned":{"id":"28:b","name":"Challenge Bot"},"text":"<at>Challenge Bot</at>"}`
	for text, want := range map[string]string{
		quote + " /respond CH-1 We visit.":                              "respond CH-1 We visit.",
		quote + "\nhelp":                                                "help",
		quote + quote + "help":                                          "help",
		quote + "\n" + quote + "\r\n\r\n/help":                          "help",
		"<at>Challenge Bot</at> " + quote + " help":                     "help",
		quote + " <at>Challenge Bot</at>&nbsp;/help":                    "help",
		"/respond CH-1 We visit. " + quote + " | Visit; Tom":            "respond CH-1 We visit.   | Visit; Tom",
		"/help " + quote:                                                "help",
		quote:                                                           "",
		quote + "\n" + quote + "\n":                                     "",
		`<quoted messageId='1'></quoted> help`:                          "help",
		`<quoted messageId="1">She said &lt;no&gt;</quoted> help`:       "help",
		`<QUOTED messageId="1" /> help`:                                 "help",
		`<quoted messageId="1"> help`:                                   "help",
		`<attachment id="74d20c7f"></attachment>help`:                   "help",
		`<reply messageId="1"/> <forwarded messageId="2" by="x"/> help`: "help",
		`We visit <emoji id="smile" alt="🙂" title="Smile"></emoji>`:     "We visit 🙂",
		`<blockquote itemscope itemtype="http://schema.skype.com/Reply" itemid="1"><strong>Bot</strong><p>Please answer</p></blockquote>help`: "help",
		"Visits < 3 and A & B; see <data>":                   "Visits < 3 and A & B; see <data>",
		"see &lt;quoted messageId=\"1\"/&gt;":                `see <quoted messageId="1"/>`,
		"<b>bold</b> <img> <i x=\"1\">i</i>":                 `<b>bold</b> <img> <i x="1">i</i>`,
		"a\ufdd00\ufdd1b":                                    "a0b",
		"\u200b/help\u2060":                                  "help",
		"\uff0fhelp":                                         "help",
		"non\u00a0breaking\u202fspaces":                      "non breaking spaces",
		"Siân 👩‍👧 ŵ keeps its joiners":                       "Siân 👩‍👧 ŵ keeps its joiners",
		"<at>Challenge Bot</at> <at>Challenge Bot</at> help": "help",
	} {
		if got := messageFrom(text, own).CommandText(); got != want {
			t.Errorf("%q is read as %q, not %q", text, got, want)
		}
	}
}

func TestAMentionOfTheBotIsTakenOutInEveryShape(t *testing.T) {
	t.Parallel()
	entity := func(text, id, name string) string {
		m := map[string]any{"type": "mention", "mentioned": map[string]string{"id": id, "name": name}}
		if text != "" {
			m["text"] = text
		}
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for _, c := range []struct{ name, text, app, entities, want string }{
		{"entity without text", "<at>Challenge</at> help", "Challenge", entity("", "28:b", "Challenge"), "help"},
		{"entity without text or name", "<at>Herio</at> help", "Challenge", entity("", "28:b", ""), "help"},
		{"no entity", "<at>Challenge</at> help", "Challenge", "", "help"},
		{"null entities", "<at>challenge</at> help", "Challenge", `null`, "help"},
		{"another name by id", "<at>Herio</at> cymorth", "Challenge", entity("<at>Herio</at>", "28:b", "Herio"), "cymorth"},
		{"ampersand as entity", "<at>Children &amp; Families</at> help", "Children & Families", entity("<at>Children & Families</at>", "28:b", "Children & Families"), "help"},
		{"ampersand the other way", "<at>Children & Families</at> help", "Children & Families", entity("<at>Children &amp; Families</at>", "28:b", "Children &amp; Families"), "help"},
		{"ampersand without entity", "<at>Children &amp; Families</at> /help", "Children & Families", "", "help"},
		{"ampersand as plain words", "Children &amp; Families help", "Children & Families", "", "help"},
		{"id in the element", `<at id="0">Challenge Bot</at> help`, "Challenge Bot", entity("<at>Challenge Bot</at>", "28:b", "Challenge Bot"), "help"},
		{"id, entity with the same", `<at id="0">Bot</at> help`, "Challenge Bot", entity(`<at id="0">Bot</at>`, "28:b", "Challenge Bot"), "help"},
		{"id, no entity", `<at id='7'>Challenge Bot</at> help`, "Challenge Bot", "", "help"},
		{"empty element", `<at id="0"/> help`, "Challenge Bot", entity("", "28:b", "Challenge Bot"), "help"},
		{"split, an entity each", "<at>Challenge</at> <at>Bot</at> help", "Challenge Bot", entity("<at>Challenge</at>", "28:b", "Challenge Bot") + "," + entity("<at>Bot</at>", "28:b", "Challenge Bot"), "help"},
		{"split, one entity", "<at>Challenge</at> <at>Bot</at> help", "Challenge Bot", entity("<at>Challenge Bot</at>", "28:b", "Challenge Bot"), "help"},
		{"split, one entity without text", "<at>Challenge</at>&nbsp;<at>Bot</at> help", "Challenge Bot", entity("", "28:b", "Challenge Bot"), "help"},
		{"split, no entity", "<at>Challenge</at> <at>Bot</at> help", "Challenge Bot", "", "help"},
		{"two over one entity", "<at>Challenge</at> <at>Challenge</at> help", "Challenge", entity("<at>Challenge</at>", "28:b", "Challenge"), "help"},
		{"in front and behind", "<at>Challenge</at> help <at>Challenge</at>", "Challenge", entity("<at>Challenge</at>", "28:b", "Challenge"), "help"},
		{"behind the word", "challenge <at>Challenge</at>", "Challenge", "", "challenge"},
		{"without an element", "@Challenge Bot help", "Challenge Bot", entity("@Challenge Bot", "28:b", "Challenge Bot"), "help"},
		{"capitals of the element", "<AT>Challenge</AT> help", "Challenge", entity("<at>Challenge</at>", "28:b", "Challenge"), "help"},
		{"line breaks around", "\r\n<at>Challenge</at>\r\n/help\r\n", "Challenge", entity("<at>Challenge</at>", "28:b", "Challenge"), "help"},
		{"zero width around", "\u200b<at>Challenge</at>\u200b\u00a0help", "Challenge", "", "help"},
		{"a person of another name stays", "<at>Ben</at> help", "Challenge", entity("<at>Ben</at>", "29:1ben", "Ben Carter"), "Ben help"},
		{"a person and the bot", "<at>Challenge</at> cover <at>Ben</at> today", "Challenge", entity("<at>Challenge</at>", "28:b", "Challenge") + "," + entity("<at>Ben</at>", "29:1ben", "Ben Carter"), "cover Ben today"},
		{"in the middle of a text it is a word", "<at>Challenge</at> tell us what <at>Challenge</at> does", "Challenge", entity("<at>Challenge</at>", "28:b", "Challenge"), "tell us what Challenge does"},
		{"unclosed is what was typed", "<at>Challenge help", "Challenge", "", "<at>Challenge help"},
		{"typed with brackets", "&lt;at&gt;Challenge&lt;/at&gt; help", "Challenge", "", "<at>Challenge</at> help"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := Activity{Type: TypeMessage, Text: c.text, Recipient: Account{ID: "28:b", Name: c.app}}
			if c.entities != "" {
				a.Entities = json.RawMessage("[" + c.entities + "]")
			}
			if got := a.CommandText(); got != c.want {
				t.Errorf("%q is read as %q, not %q", c.text, got, c.want)
			}
		})
	}
}

func TestACommandIsUnderstoodHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	const ref = "CH-Y8WWFJ"
	for typed, want := range map[string]typedCommand{
		"/respond CH-Y8WWFJ We visit.":                   {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH-Y8WWFJ: We visit.":                  {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH-Y8WWFJ, We visit.":                  {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH-Y8WWFJ. We visit.":                  {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond (CH-Y8WWFJ) We visit (twice).":         {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit (twice)."},
		"/respond ( CH-Y8WWFJ ) We visit.":               {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond \"CH-Y8WWFJ\" \"We visit.\"":           {word: words.CommandRespond, slash: true, ref: ref, rest: "\"We visit.\""},
		"/respond \u201cCH-Y8WWFJ\u201d We visit.":       {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond \u2018CH-Y8WWFJ\u2019 We visit.":       {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond «CH-Y8WWFJ» We visit.":                 {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond **CH-Y8WWFJ** We visit.":               {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond _CH-Y8WWFJ_ We visit.":                 {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond `CH-Y8WWFJ` We visit.":                 {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond ~~CH-Y8WWFJ~~ We visit.":               {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond [CH-Y8WWFJ](https://x.example) We.":    {word: words.CommandRespond, slash: true, ref: ref, rest: "We."},
		"/respond <CH-Y8WWFJ> We visit.":                 {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond #CH-Y8WWFJ We visit.":                  {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH-Y8WWFJ - We visit.":                 {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH-Y8WWFJ \u2013 We visit.":            {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH-Y8WWFJ:We visit.":                   {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH-Y8WWFJ\u200b We visit.":             {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond \u2060CH-\u200bY8WWFJ\ufeff We visit.": {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH\u2013Y8WWFJ We visit.":              {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH\u2212Y8WWFJ We visit.":              {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond ch y8wwfj We visit.":                   {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH - Y8WWFJ We visit.":                 {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond ch_y8wwfj We visit.":                   {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond CH.Y8WWFJ We visit.":                   {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond to CH-Y8WWFJ: We visit.":               {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"respond to challenge no. CH-Y8WWFJ We visit.":   {word: words.CommandRespond, ref: ref, rest: "We visit."},
		"/ateb i her CH-Y8WWFJ Rydym yn ymweld.":         {word: words.CommandRespond, slash: true, ref: ref, rest: "Rydym yn ymweld."},
		"/respond to the family in person":               {word: words.CommandRespond, slash: true, rest: "to the family in person"},
		"/respond to CH-Y8WWFK We visit.":                {word: words.CommandRespond, slash: true, rest: "to CH-Y8WWFK We visit."},
		"`/respond CH-Y8WWFJ We visit.`":                 {word: words.CommandRespond, ref: ref, rest: "We visit."},
		"\u201c/respond CH-Y8WWFJ We visit.\u201d":       {word: words.CommandRespond, ref: ref, rest: "We visit."},
		"**/respond CH-Y8WWFJ We visit.**":               {word: words.CommandRespond, ref: ref, rest: "We visit."},
		"*/respond* CH-Y8WWFJ We *do* visit.":            {word: words.CommandRespond, ref: ref, rest: "We *do* visit."},
		"\"/respond CH-Y8WWFJ We said \"soon\".\"":       {word: words.CommandRespond, ref: ref, rest: "We said \"soon\".\""},
		"> Please answer.\n\n/respond CH-Y8WWFJ We.":     {word: words.CommandRespond, slash: true, ref: ref, rest: "We."},
		"> Please\n> answer.\nCH-Y8WWFJ":                 {word: words.CommandChallenge, ref: ref},
		"> /respond CH-Y8WWFJ We.":                       {rest: "> /respond CH-Y8WWFJ We."},
		"1. /respond CH-Y8WWFJ We.":                      {word: words.CommandRespond, slash: true, ref: ref, rest: "We."},
		"\u26a0\ufe0f /urgent 204817":                    {word: words.CommandUrgent, slash: true, rest: "204817"},
		"\U0001F44D answered and closed":                 {rest: "\U0001F44D answered and closed"},
		"/respond Y8WWFJ We visit.":                      {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond\u00a0CH-Y8WWFJ\u00a0We visit.":         {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"/respond\nCH-Y8WWFJ\nWe visit.\nAll of us.":     {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit.\nAll of us."},
		"/respond: CH-Y8WWFJ We visit.":                  {word: words.CommandRespond, slash: true, ref: ref, rest: "We visit."},
		"**/respond** CH-Y8WWFJ We visit.":               {word: words.CommandRespond, ref: ref, rest: "We visit."},
		"/respond CH-Y8WWFJ| Visit; Tom; 1/12":           {word: words.CommandRespond, slash: true, ref: ref, rest: "| Visit; Tom; 1/12"},
		"/respond CH-Y8WWFJ | Visit":                     {word: words.CommandRespond, slash: true, ref: ref, rest: "| Visit"},
		"/respond CH-Y8WWFK We visit.":                   {word: words.CommandRespond, slash: true, badRef: true, rest: "CH-Y8WWFK We visit."},
		"/respond children are seen":                     {word: words.CommandRespond, slash: true, rest: "children are seen"},
		"/respond CHILDREN are seen":                     {word: words.CommandRespond, slash: true, rest: "CHILDREN are seen"},

		"/not-satisfied CH-Y8WWFJ No.":       {word: words.CommandNotSatisfied, slash: true, ref: ref, rest: "No."},
		"/not\u2013satisfied CH-Y8WWFJ No.":  {word: words.CommandNotSatisfied, slash: true, ref: ref, rest: "No."},
		"/not\u2014satisfied CH-Y8WWFJ No.":  {word: words.CommandNotSatisfied, slash: true, ref: ref, rest: "No."},
		"/not\u2212satisfied CH-Y8WWFJ No.":  {word: words.CommandNotSatisfied, slash: true, ref: ref, rest: "No."},
		"/not\u2011satisfied CH-Y8WWFJ No.":  {word: words.CommandNotSatisfied, slash: true, ref: ref, rest: "No."},
		"/not\u2010Satisfied CH-Y8WWFJ No.":  {word: words.CommandNotSatisfied, slash: true, ref: ref, rest: "No."},
		"/not\u00adsatisfied CH-Y8WWFJ No.":  {word: words.CommandNotSatisfied, slash: true, ref: ref, rest: "No."},
		"Not satisfied CH-Y8WWFJ No.":        {word: words.CommandNotSatisfied, ref: ref, rest: "No."},
		"/NOT SATISFIED CH-Y8WWFJ No.":       {word: words.CommandNotSatisfied, slash: true, ref: ref, rest: "No."},
		"/hand\u2013off CH-Y8WWFJ x y":       {word: words.CommandHandOff, slash: true, ref: ref, rest: "x y"},
		"/hand off CH-Y8WWFJ x y":            {word: words.CommandHandOff, slash: true, ref: ref, rest: "x y"},
		"/tynnu\u2013yn\u2013ôl CH-Y8WWFJ x": {word: words.CommandWithdraw, slash: true, ref: ref, rest: "x"},
		"/tynnu yn ol CH-Y8WWFJ x":           {word: words.CommandWithdraw, slash: true, ref: ref, rest: "x"},
		"/tynnu-yn-o\u0302l CH-Y8WWFJ x":     {word: words.CommandWithdraw, slash: true, ref: ref, rest: "x"},
		"/fy heriau":                         {word: words.CommandMine, slash: true},
		"?":                                  {word: words.CommandHelp},

		"CH-Y8WWFJ":                       {word: words.CommandChallenge, ref: ref},
		"ch-y8wwfj":                       {word: words.CommandChallenge, ref: ref},
		"(CH-Y8WWFJ)":                     {word: words.CommandChallenge, ref: ref},
		"CH-Y8WWFJ?":                      {word: words.CommandChallenge, ref: ref},
		"\u201cCH-Y8WWFJ\u201d.":          {word: words.CommandChallenge, ref: ref},
		"#CH-Y8WWFJ":                      {word: words.CommandChallenge, ref: ref},
		"**CH-Y8WWFJ**:":                  {word: words.CommandChallenge, ref: ref},
		"CH Y8WWFJ":                       {word: words.CommandChallenge, ref: ref},
		"CHY8WWFJ":                        {word: words.CommandChallenge, ref: ref},
		"Y8WWFJ":                          {word: words.CommandChallenge, ref: ref},
		"/CH-Y8WWFJ":                      {word: words.CommandChallenge, slash: true, ref: ref},
		"CH-Y8WWFK":                       {badRef: true, rest: "CH-Y8WWFK"},
		"CH-Y8WWFJ We visited.":           {ref: ref, rest: "We visited."},
		"CH-Y8WWFJ: We visited.":          {ref: ref, rest: "We visited."},
		"We visited this morning.":        {rest: "We visited this morning."},
		"Children were seen.":             {rest: "Children were seen."},
		"Tom visited about CH-Y8WWFJ now": {rest: "Tom visited about CH-Y8WWFJ now"},
	} {
		got := parseTyped(typed)
		got.whole, got.text = "", typedText{}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(typedCommand{}, typedText{})); diff != "" {
			t.Errorf("%q is read wrongly (-want +got):\n%s", typed, diff)
		}
	}
}

// What is quoted within a quoted message is somebody else's too.
func TestNothingThatSomebodyElseSaidIsPartOfAnAnswer(t *testing.T) {
	t.Parallel()
	const reply = `<blockquote itemscope itemtype="http://schema.skype.com/Reply" itemid="1">`
	for _, text := range []string{
		reply + `<strong>Sam</strong><p>Theirs.</p></blockquote><p>/respond CH-Y8WWFJ Ours.</p>`,
		reply + reply + `Theirs.</blockquote> Theirs too.</blockquote>/respond CH-Y8WWFJ Ours.`,
		reply + `<blockquote>Theirs.</blockquote><blockquote>Theirs.</blockquote>Theirs.</blockquote> /respond CH-Y8WWFJ Ours.`,
		reply + `Theirs.</blockquote>` + reply + `Theirs.</blockquote> /respond CH-Y8WWFJ Ours.`,
		`/respond CH-Y8WWFJ Ours. ` + reply + reply + `Theirs.</blockquote>Theirs.</blockquote>`,
		`/respond CH-Y8WWFJ Ours. ` + reply + `<blockquote>Theirs.</blockquote>`, // cut short
		`<BLOCKQUOTE itemtype='http://schema.skype.com/Forward'>Theirs.<blockquote>Theirs.</blockquote></BLOCKQUOTE>/respond CH-Y8WWFJ Ours.`,
	} {
		if got := parseCommand(messageFrom(text, "")); got.word != words.CommandRespond || got.words() != "Ours." {
			t.Errorf("%q is read as %q %q", text, got.word, got.words())
		}
	}
}

func TestATextThatIsHTMLAsAWholeIsReadAsPeopleSeeIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"<p>/respond CH-Y8WWFJ We visit. | Visit; Tom; 1/12</p>":                                   "We visit. | Visit; Tom; 1/12",
		"<div><div>/respond CH-Y8WWFJ We</div><div>visit.</div></div>":                             "We\nvisit.",
		"<p>/respond <strong>CH-Y8WWFJ</strong>&nbsp;We visit.<br>All of us.</p>":                  "We visit.\nAll of us.",
		"<p>/respond CH-Y8WWFJ We:</p><ul><li>visit</li><li>see &lt;b&gt;them&lt;/b&gt;</li></ul>": "We:\n\n- visit\n- see <b>them</b>",
		"<at>Challenge</at> <p>/respond CH-Y8WWFJ We visit.</p>":                                   "We visit.",
		"/respond CH-Y8WWFJ less than 5 < 6, <b>and</b> a<b":                                       "less than 5 < 6, <b>and</b> a<b",
	} {
		got := parseCommand(messageFrom(text, `{"type":"mention","mentioned":{"id":"28:b"}}`))
		if got.word != words.CommandRespond || got.ref != "CH-Y8WWFJ" || got.words() != want {
			t.Errorf("%q is read as %q %q %q", text, got.word, got.ref, got.words())
		}
	}
	a := messageFrom("/respond CH-Y8WWFJ We <b>do</b> visit.", "")
	a.TextFormat = "xml"
	if got := parseCommand(a).words(); got != "We do visit." {
		t.Errorf("a text that says that it is mark-up is read as %q", got)
	}
}

func FuzzNormaliseText(f *testing.F) {
	f.Add(`<quoted messageId="1"/> <at id="0">Challenge</at> /respond CH-Y8WWFJ x`, `{"type":"mention","mentioned":{"id":"28:b"}}`)
	f.Add("<at>a</at><at>b</at> <at/>", `{"type":"mention","mentioned":{"id":"29:b","name":"a b"}},{"type":"mention","text":"@a","mentioned":{"id":"29:b"}}`)
	f.Add("\ufdd00\ufdd1<emoji alt='x'>", "")
	f.Fuzz(func(t *testing.T, text, entities string) {
		a := messageFrom(text, entities)
		got := parseCommand(a)
		read := got.words()
		if strings.ContainsRune(read, markBegin) || strings.ContainsRune(read, markEnd) {
			t.Errorf("%q keeps a mark", read)
		}
		if utf8.ValidString(text) && utf8.ValidString(entities) && !utf8.ValidString(read) {
			t.Errorf("%q is broken UTF-8", read)
		}
		if again := (typedText{marked: got.rest}); again.trimBot(got.rest) != strings.TrimFunc(got.rest, words.IsBlank) && !strings.ContainsRune(got.rest, markBegin) {
			t.Errorf("%q keeps space around it", got.rest)
		}
	})
}
