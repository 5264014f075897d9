package challenge_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
)

// The files of testdata/lives are lives of challenges, step by step: what was tried by whom, each
// event with all that is stored of it, what was posted to whom, how the challenge stands, and what
// each person may do now. They hold nothing that is right by itself; the promises are in
// promises_test.go. They show what a change of the domain changes: read the difference after
//
//	go test ./internal/challenge -run TestLivesGoAsBefore -update
//
// The name of a file is its ladder and what the life is drawn from. To look among n more for
// lives that show what no file shows yet, and to keep those:
//
//	go test ./internal/challenge -run TestLivesGoAsBefore -more-lives n
func TestLivesGoAsBefore(t *testing.T) {
	files, err := filepath.Glob("testdata/lives/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, path := range files {
		name, seed, ok := splitLifeName(path)
		if !ok {
			t.Fatalf("%s is not named after a ladder and a number", path)
		}
		text := drawLife(t, name, seed)
		compareWithGolden(t, path, text)
		findNewShapes(known, text)
	}
	if len(files) < 50 {
		t.Errorf("%d lives only", len(files))
	}
	ladders := append(ladder.ShippedIDs(), "random", "random", "random", "random", "random", "random", "random", "random")
	for n := range *moreLives {
		name, seed := ladders[n%len(ladders)], 1000+n
		text := drawLife(t, name, seed)
		if findNewShapes(maps.Clone(known), text) < *newShapes {
			continue
		}
		findNewShapes(known, text)
		if err := os.WriteFile(fmt.Sprintf("testdata/lives/%s-%d.txt", name, seed), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	moreLives = flag.Int("more-lives", 0, "lives to draw, of which those are kept that show something new")
	newShapes = flag.Int("new-shapes", 8, "how many new kinds of line a life must have to be kept")
)

func splitLifeName(path string) (ladderID string, seed int, ok bool) {
	name := strings.TrimSuffix(filepath.Base(path), ".txt")
	i := strings.LastIndexByte(name, '-')
	if i < 0 {
		return "", 0, false
	}
	seed, err := strconv.Atoi(name[i+1:])
	return name[:i], seed, err == nil
}

func drawLife(t *testing.T, ladderID string, seed int) string {
	return rapid.Custom(func(rt *rapid.T) string {
		if ladderID == "random" {
			return writeLife(rt, randomRichLadder(rt))
		}
		return writeLife(rt, challengetest.LoadLadder(t, ladderID))
	}).Example(seed)
}

// randomRichLadder is a random ladder with askers, people who are told, and notices of their own.
func randomRichLadder(t *rapid.T) *ladder.Ladder {
	l := challengetest.RandomLadder(t)
	roles := slices.Sorted(maps.Keys(l.Roles))
	l.Roles["chair"] = "Chair"
	for i := range l.Rungs {
		r := &l.Rungs[i]
		if rapid.IntRange(0, 3).Draw(t, "asked by somebody") == 0 {
			r.AskedBy = rapid.SampledFrom(roles).Draw(t, "asker")
		}
		if rapid.IntRange(0, 3).Draw(t, "told too") == 0 {
			r.AlertedRoles = []directory.Role{rapid.SampledFrom(roles).Draw(t, "told")}
		}
	}
	if rapid.Bool().Draw(t, "some notices") {
		events := []string{"raise", "response", "judgement", "escalation", "lapse", "resolved", "gate", "skip", "withdraw", "external_referral", "hand_off", "meeting"}
		l.Alerts[0].OnEvents = rapid.SliceOfNDistinct(rapid.SampledFrom(events), 1, 4, rapid.ID[string]).Draw(t, "events")
		if rapid.Bool().Draw(t, "one rung") {
			l.Alerts[0].Rungs = []string{l.Rungs[0].ID}
		}
		l.Alerts[0].To = []directory.Role{rapid.SampledFrom(roles).Draw(t, "notices to")}
	}
	text, err := yaml.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ladder.Read("random.yaml", text)
	if err != nil { // one of these does not fit the rest
		return challengetest.RandomLadder(t)
	}
	return read
}

// findNewShapes adds the kinds of line of a text to those that are known and counts the new ones: a
// kind is a line without its people, numbers and dates, and each of its words that is stored.
func findNewShapes(known map[string]bool, text string) int {
	found := 0
	see := func(shape string) {
		if !known[shape] {
			known[shape] = true
			found++
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if i := strings.Index(line, "{"); i >= 0 && strings.HasPrefix(line, "  ") {
			kind := shapeOf(line[:i])
			for _, word := range storedWord.FindAllString(line[i:], -1) {
				see(kind + word)
			}
			line = line[:i]
		}
		see(shapeOf(line))
	}
	return found
}

var (
	storedWord = regexp.MustCompile(`"[a-z_]+":("[a-z_]{1,16}"|true|false|null|\[|\{|[0-9])?`)
	varying    = regexp.MustCompile(`[0-9][-0-9:.]*|CH-[A-Z0-9]+|"[^"]*"|\b(north|south|east|west|anna|ben|cleo|sol|tess|sam|tara|una|hana|adil|olive|ivo|nora|quin|dora|otto|nell|hugo|dev|supe|zed|new)\b`)
)

func shapeOf(line string) string {
	if strings.HasPrefix(line, "at the end") || strings.HasPrefix(line, "foretold") {
		return ""
	}
	return varying.ReplaceAllString(line, "x")
}

func compareWithGolden(t *testing.T, path, text string) {
	t.Helper()
	if *updateGolden {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	is, was := strings.Split(text, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(is), len(was)) {
		if i >= len(is) || i >= len(was) || is[i] != was[i] {
			t.Errorf("%s, line %d:\nwas: %s\nis:  %s", path, i+1, lineAt(was, i), lineAt(is, i))
			return
		}
	}
}

func lineAt(lines []string, i int) string {
	if i >= len(lines) {
		return "(the end)"
	}
	return lines[i]
}

// lifeWriter plays one random life and writes it down.
type lifeWriter struct {
	text   strings.Builder
	env    challenge.Env
	c      challenge.Challenge
	trail  []challenge.Event
	rights string // as last written
	office string
	// teamsThere: Teams takes each card at once.
	teamsThere bool
}

func writeLife(t *rapid.T, l *ladder.Ladder) string {
	w := &lifeWriter{env: challenge.Env{Calendar: calendar, Ladder: l, Directory: office}, office: "as ever"}
	w.env.Now = challengetest.At(rapid.SampledFrom([]string{"2026-03-26 08:00", "2026-03-26 08:00", "2026-12-11 16:30", "2028-11-27 10:00"}).Draw(t, "season")).
		AddDate(0, 0, rapid.IntRange(0, 14).Draw(t, "start"))
	w.teamsThere = rapid.IntRange(0, 2).Draw(t, "teams away") > 0
	w.raise(t)
	for range rapid.IntRange(20, 50).Draw(t, "steps") {
		w.step(t)
	}
	w.writeEnd(t)
	return w.text.String()
}

// writeEnd writes the whole challenge, and what others ask of it.
func (w *lifeWriter) writeEnd(t *rapid.T) {
	stored := slices.Clone(w.trail)
	for i, e := range stored {
		body, err := challenge.DecodeBody(e.Body.Kind(), e.Data)
		if err != nil {
			t.Fatal(err)
		}
		stored[i].Body = body
	}
	again, err := challenge.Replay(w.c.ID, stored)
	if err != nil || withKeys(asJSON(again)) != withKeys(asJSON(w.c)) {
		t.Fatalf("replayed: %v", err)
	}
	fmt.Fprintf(&w.text, "\nat the end: %s\n", withKeys(asJSON(w.c)))
	fmt.Fprintf(&w.text, "due %s; raised as %s\n", challengetest.Clock(w.c.Due()), withKeys(asJSON(w.c.RaisedDetails())))
	for _, p := range challengetest.People() {
		card, opening := w.c.CardFor(p.ID)
		fmt.Fprintf(&w.text, "%s: %s of %d, respondent on %d; obstacles to cover for %s: %v\n", challengetest.KeyOf(p.ID), card, opening, w.c.OpeningFor(p.ID),
			challengetest.KeyOf(w.c.Chair.ID), challenge.StandInObstacles(w.c.Chair.ID, p.ID, w.env))
	}
	var candidates []string
	for _, p := range w.snapshot().SuccessorCandidates(w.env) {
		candidates = append(candidates, p.ID)
	}
	fmt.Fprintf(&w.text, "may succeed the chair: %v; overseers %s\n", candidates, keysOf(challenge.Overseers(&w.c, w.env.Directory, w.env.Today())))
}

func (w *lifeWriter) snapshot() challenge.Snapshot {
	return challenge.Snapshot{Challenge: w.c, Ladder: w.env.Ladder, History: w.trail}
}

func (w *lifeWriter) raise(t *rapid.T) {
	r, by := challengetest.RandomRaising(t, w.env, 7)
	forecast, err := challenge.ForecastRaise(r, by, w.env)
	if err != nil {
		t.Fatal(err)
	}
	change, err := challenge.Raise(r, by, w.env)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&w.text, "%s %s\n", w.env.Ladder.ID, w.clock())
	fmt.Fprintf(&w.text, "foretold: %s, asks %s, gates %d, %s; %s\n", forecast.Rung.ID, partyKeys(forecast.Respondents), len(forecast.Gates),
		forecast.Deadline.Date, strings.ReplaceAll(forecast.Explanation, "\n", " "))
	w.writeChange(challengetest.KeyOf(by.ID)+" raises "+withKeys(asJSON(r.Details)), change, nil)
}

// step lets time pass, sometimes changes who is there, and gives one command.
func (w *lifeWriter) step(t *rapid.T) {
	before := w.env.Now
	w.env.Now = challengetest.RandomTime(t, w.c, w.env.Now)
	if last := challengetest.At("2028-12-29 00:00"); w.env.Now.After(last) {
		w.env.Now = last
	}
	if w.env.Now.Sub(before).Hours() > 1 && rapid.IntRange(0, 7).Draw(t, "off") == 0 {
		out := challenge.Outage{From: before.UTC(), To: w.env.Now.UTC()}
		w.env.Outages = append(w.env.Outages, out)
		fmt.Fprintf(&w.text, "\n(the bot was off from %s to %s)\n", challengetest.Clock(out.From), challengetest.Clock(out.To))
	}
	if rapid.IntRange(0, 3).Draw(t, "another office") == 0 {
		w.changeOffice(t)
	}
	cmd, by := w.drawCommand(t)
	change, err := w.snapshot().Decide(cmd, by, w.env)
	if err == nil && !change.HasEvents() {
		return // nothing was due
	}
	w.writeChange(fmt.Sprintf("%s: %s %s", challengetest.KeyOf(by.ID), strings.TrimPrefix(fmt.Sprintf("%T", cmd), "challenge."), withKeys(asJSON(cmd))), change, err)
}

func (w *lifeWriter) drawCommand(t *rapid.T) (challenge.Command, challenge.Person) {
	switch rapid.IntRange(0, 15).Draw(t, "rare") {
	case 0:
		team := rapid.SampledFrom([]string{"north", "South", "east", "west", "nowhere"}).Draw(t, "team")
		return challenge.MoveToTeam{Team: team}, challengetest.MostlyRight(t, w.c.Chair, challengetest.Person("otto"))
	case 1:
		who := rapid.SampledFrom(challengetest.People()).Draw(t, "successor")
		return challenge.NameSuccessor{Successor: who.ID}, challengetest.MostlyRight(t, challengetest.Person("otto"), w.c.Chair)
	case 3:
		return w.drawMessage(t), challenge.System
	case 2:
		away := rapid.SampledFrom(append(w.c.WaitingFor(), w.c.Chair.ID)).Draw(t, "away")
		return challenge.HandOver{AwayID: away}, challengetest.MostlyRight(t, challengetest.Person("otto"), w.c.Chair)
	}
	if rapid.IntRange(0, 2).Draw(t, "what is due") == 0 {
		if cmd, by := w.drawWhatIsDue(t); cmd != nil {
			return cmd, by
		}
	}
	cmd, by := challengetest.RandomCommand(t, w.c, w.env)
	if rapid.IntRange(0, 5).Draw(t, "faulty") == 0 {
		cmd = spoilCommand(t, cmd, w.env)
	}
	return cmd, by
}

// drawWhatIsDue is what the challenge waits for, by somebody for whom it waits.
func (w *lifeWriter) drawWhatIsDue(t *rapid.T) (challenge.Command, challenge.Person) {
	waiting := slices.DeleteFunc(challengetest.People(), func(p challenge.Person) bool { return !slices.Contains(w.c.WaitingFor(), p.ID) })
	if len(waiting) == 0 {
		return nil, challenge.System
	}
	by, opening := rapid.SampledFrom(waiting).Draw(t, "by"), w.c.CurrentOpening()
	switch w.c.State {
	case challenge.StateAwaitingResponse:
		rung, _ := w.env.Ladder.RungByID(opening.Rung)
		if rung.Respondents.OutsideTenant && rapid.Bool().Draw(t, "say how asked") {
			return challenge.RecordAskedOutside{Opening: opening.Number, Method: challenge.ContactByTelephone, On: w.env.Today(), Note: "Spoke to them."}, by
		}
		return challenge.Respond{Opening: opening.Number, Response: challengetest.CompleteResponse(rung, w.env)}, by
	case challenge.StateAwaitingJudgement, challenge.StateExhausted:
		verdict := rapid.SampledFrom([]challenge.Verdict{challenge.NotSatisfied, challenge.NotSatisfied, challenge.Partly, challenge.Satisfied}).Draw(t, "due verdict")
		return challenge.Judge{Opening: len(w.c.Openings), Verdict: verdict, Reason: "It is not enough."}, by
	}
	st := rapid.SampledFrom(w.c.Hold.Gates).Draw(t, "due gate")
	g, _ := challenge.FindGate(w.env.Ladder, st.Rung, st.Gate)
	status := rapid.SampledFrom([]challenge.GateStatus{challenge.GatePassed, challenge.GatePassed, challenge.GateNotAgreed, challenge.GateOverridden}).Draw(t, "due status")
	return challenge.RecordGate{Rung: st.Rung, Gate: st.Gate, Status: status, Note: "Spoke to them.", On: w.env.Today(), Fields: challengetest.FillFields(g.Fields, w.env)}, by
}

// drawMessage is what became of a card that somebody was sent for this challenge.
func (w *lifeWriter) drawMessage(t *rapid.T) challenge.Command {
	card := rapid.SampledFrom(challenge.Cards()).Draw(t, "card")
	to := challenge.Address{Person: rapid.SampledFrom(append(w.c.WaitingFor(), w.c.Chair.ID)).Draw(t, "to")}
	if card == challenge.CardNotice {
		to = challenge.Address{Team: w.c.Details.Team}
	}
	if rapid.Bool().Draw(t, "taken") {
		return challenge.RecordDelivery{MessageID: 3, Card: card, Opening: len(w.c.Openings), To: to, ConversationID: "a:1", ActivityID: "2"}
	}
	return challenge.RecordRejection{MessageID: 3, Card: card, Opening: len(w.c.Openings), To: to, Code: "Forbidden",
		Passing: rapid.Bool().Draw(t, "passing"), Unconfirmed: rapid.Bool().Draw(t, "unconfirmed")}
}

// spoilCommand puts one fault into what somebody typed.
func spoilCommand(t *rapid.T, cmd challenge.Command, env challenge.Env) challenge.Command {
	text := rapid.SampledFrom([]string{"", strings.Repeat("long ", 900), "a\x00b", " "}).Draw(t, "spoilt text")
	on := env.Today().AddDays(rapid.SampledFrom([]int{-4000, -1, 0, 1, 4000}).Draw(t, "spoilt day"))
	if rapid.IntRange(0, 9).Draw(t, "no day") == 0 {
		on = 0
	}
	switch c := cmd.(type) {
	case challenge.Respond:
		plan := challenge.PlannedAction{What: "Visit", Who: "Tom Reid", DueBy: on}
		switch rapid.IntRange(0, 5).Draw(t, "fault") {
		case 0:
			c.Response.Text = text
		case 1:
			c.Response.Plan = slices.Repeat([]challenge.PlannedAction{plan}, rapid.IntRange(1, 7).Draw(t, "actions"))
		case 2:
			plan.What = text
			c.Response.Plan = []challenge.PlannedAction{plan, {}}
		case 3:
			plan.Who = text
			c.Response.Plan = []challenge.PlannedAction{{}, plan}
		case 4:
			c.Response.Fields = map[string]string{"no_such": "field"}
		default:
			for _, id := range slices.Sorted(maps.Keys(c.Response.Fields)) {
				c.Response.Fields[id] = rapid.SampledFrom([]string{"", "Friday", "maybe", on.String()}).Draw(t, "field")
			}
		}
		return c
	case challenge.Judge:
		c.Verdict = rapid.SampledFrom([]challenge.Verdict{"", "splendid", challenge.NotSatisfied, challenge.Partly}).Draw(t, "verdict")
		c.Reason = text
		return c
	case challenge.RecordGate:
		if rapid.Bool().Draw(t, "unread") {
			c.Unread = challenge.Unread{"on": challenge.SayGiveDate}
		}
		c.On, c.Note = on, text
		for _, id := range slices.Sorted(maps.Keys(c.Fields)) {
			c.Fields[id] = rapid.SampledFrom([]string{"", "Friday", "maybe", on.String()}).Draw(t, "field")
		}
		return c
	case challenge.SkipTo:
		c.Evidence, c.Ground = text, rapid.SampledFrom([]string{"", c.Ground}).Draw(t, "ground")
		return c
	case challenge.RecordAskedOutside:
		c.On, c.Note, c.Method = on, text, rapid.SampledFrom([]challenge.ContactMethod{"", "pigeon", challenge.ContactByTelephone}).Draw(t, "method")
		return c
	case challenge.Refer:
		c.Referral.On, c.Referral.Contact = on, text
		for _, role := range slices.Sorted(maps.Keys(c.Referral.Consulted)) {
			c.Referral.Consulted[role] = text
		}
		return c
	}
	return cmd
}

// changeOffice changes who is there, until the next change.
func (w *lifeWriter) changeOffice(t *rapid.T) {
	waiting := append(slices.Clone(w.c.WaitingFor()), w.c.Chair.ID)
	who := challengetest.KeyOf(rapid.SampledFrom(waiting).Draw(t, "who"))
	was := w.office
	switch rapid.IntRange(0, 9).Draw(t, "office") {
	case 0, 1, 2:
		w.env.Directory, w.office = challengetest.DirectoryWithout(who), "without "+who
	case 3:
		w.env.Directory, w.office = desertedOffice, "deserted"
	case 4:
		w.env.Directory, w.office = challengetest.DirectoryWithoutChannels(), "without channels"
	case 5:
		w.env.Directory, w.office = challengetest.DirectoryWithoutOversight(), "without oversight"
	case 6, 7:
		by := rapid.SampledFrom(challengetest.People()).Draw(t, "stand-in")
		w.env.Directory = office.WithCover([]directory.CoverSetting{{ID: 1, Person: challengetest.Person(who).ID, StandIn: by.ID,
			From: w.env.Today(), To: w.env.Today().AddDays(rapid.IntRange(0, 30).Draw(t, "days of cover")), SetBy: challengetest.Person(who).ID}})
		w.office = challengetest.KeyOf(by.ID) + " stands in for " + who
	default:
		w.env.Directory, w.office = office, "as ever"
	}
	if w.office != was {
		fmt.Fprintf(&w.text, "\n(the office: %s)\n", w.office)
	}
}

// writeChange writes what a command did, or why it did nothing.
func (w *lifeWriter) writeChange(what string, change challenge.Change, err error) {
	fmt.Fprintf(&w.text, "\n%s %s\n", w.clock(), what)
	refusal := change.Refusal
	if err != nil && !errors.As(err, &refusal) {
		fmt.Fprintf(&w.text, "  fails: %v\n", err)
		return
	}
	if refusal != nil {
		fmt.Fprintf(&w.text, "  %s (%s): %s\n", refusal.Code, refusal.Translation.Key, withKeys(refusal.Sentence))
		for _, field := range slices.Sorted(maps.Keys(refusal.Fields)) {
			fmt.Fprintf(&w.text, "    %s (%s): %s\n", field, refusal.FieldTranslations[field].Key, withKeys(refusal.Fields[field]))
		}
	}
	for _, e := range change.Events {
		fmt.Fprintf(&w.text, "  %d %s by %s on %q, opening %d: %s\n", e.Seq, e.Body.Kind(), challengetest.KeyOf(e.By.ID), e.Rung, e.Opening, withKeys(string(e.Data)))
	}
	for _, p := range change.Posts {
		fmt.Fprintf(&w.text, "  %s to %s, opening %d\n", p.Card, challengetest.KeyOf(p.To.Person)+p.To.Team, p.Opening)
	}
	if !change.HasEvents() {
		return
	}
	w.c, w.trail = change.Next, append(w.trail, change.Events...)
	if w.teamsThere {
		c, taken := challengetest.Deliver(change, w.env)
		for _, e := range taken {
			fmt.Fprintf(&w.text, "  %d %s: %s\n", e.Seq, e.Body.Kind(), withKeys(string(e.Data)))
		}
		w.c, w.trail = c, append(w.trail, taken...)
	}
	fmt.Fprintf(&w.text, "  = %s on %s, version %d, waits for %s, next %s\n", w.c.State, w.c.Rung, w.c.Version, keysOf(w.c.WaitingFor()), challengetest.Clock(w.c.NextAt))
	for _, g := range w.c.Gaps {
		fmt.Fprintf(&w.text, "  nobody is left: %s\n", asJSON(g))
	}
	w.writeRights()
}

// writeRights writes what each person may do, where it is not what it was.
func (w *lifeWriter) writeRights() {
	var b strings.Builder
	s := w.snapshot()
	for _, p := range append(challengetest.People(), challengetest.Stranger()) {
		if r := rightNames(s.RightsOf(p.ID, w.env)); r != "" && r != " read" {
			fmt.Fprintf(&b, "  %s:%s\n", challengetest.KeyOf(p.ID), r)
		} else if r != "" {
			fmt.Fprintf(&b, "  %s reads\n", challengetest.KeyOf(p.ID))
		}
	}
	if b.String() != w.rights {
		w.rights = b.String()
		w.text.WriteString("  who may do what:\n" + strings.ReplaceAll(w.rights, "  ", "    "))
	}
}

func rightNames(r permission.Rights) string {
	var b strings.Builder
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Bool && f.Bool() {
			b.WriteString(" " + strings.ToLower(v.Type().Field(i).Name))
		}
	}
	for _, gate := range slices.Sorted(maps.Keys(r.Gates)) {
		fmt.Fprintf(&b, " %s%+v", gate, r.Gates[gate])
	}
	return b.String()
}

func (w *lifeWriter) clock() string { return challengetest.Clock(w.env.Now) }

func keysOf(ids []string) string {
	var keys []string
	for _, id := range ids {
		keys = append(keys, challengetest.KeyOf(id))
	}
	return strings.Join(keys, ", ")
}

func partyKeys(ps []challenge.Party) string {
	var keys []string
	for _, p := range ps {
		keys = append(keys, challengetest.KeyOf(p.ID)+" as "+string(p.Role))
	}
	return strings.Join(keys, ", ")
}

// withKeys is a text with the keys of people in the place of their object ids, and without what
// changes with any word of a ladder or any day of the calendar.
func withKeys(text string) string {
	text = longText.ReplaceAllString(text, "$1…")
	return objectID.ReplaceAllStringFunc(versionHash.ReplaceAllString(text, `"$1":"…"`), challengetest.KeyOf)
}

var (
	longText    = regexp.MustCompile(`(long ){3,}(long)?`)
	objectID    = regexp.MustCompile(`6f1c0000-0000-4000-8000-[0-9a-f]{12}`)
	versionHash = regexp.MustCompile(`"(head|ladder_digest|calendar)":"[^"]*"`)
)
