package cards

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/digest"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
)

const elementsGolden = "testdata/elements.txt"

// TestEveryElementThatACardHas draws the cards of many random lives for everybody concerned,
// refused and filled in ones among them, and holds all their elements, each once, against the file:
// what has no ladder's words in it is the same in every life. A change of a card shows in the
// difference after
//
//	go test ./cards -run TestEveryElement -update
func TestEveryElementThatACardHas(t *testing.T) {
	t.Parallel()
	seen := elementSet{}
	ladders := ladder.ShippedIDs()
	for seed := range 40 {
		rapid.Custom(func(rt *rapid.T) int {
			l := challengetest.LoadLadder(t, ladders[seed%len(ladders)])
			if seed%2 == 1 {
				l = challengetest.RandomRichLadder(rt)
			}
			drawLifeOfCards(rt, l, seen)
			return 0
		}).Example(seed + 1)
	}
	got := strings.Join(slices.Sorted(maps.Keys(seen)), "\n") + "\n"
	if *update {
		if err := os.WriteFile(elementsGolden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(elementsGolden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		is, was := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		gone := slices.DeleteFunc(slices.Clone(was), func(line string) bool { return seen[line] })
		known := elementSet{}
		for _, line := range was {
			known[line] = true
		}
		added := slices.DeleteFunc(is, func(line string) bool { return known[line] })
		t.Errorf("%d elements are drawn no more, the first: %s\n%d are new, the first: %s", len(gone), first(gone), len(added), first(added))
	}
}

func first(lines []string) string { return strings.Join(lines[:min(2, len(lines))], "\n") }

// drawLifeOfCards draws after each step what each person could have before them.
func drawLifeOfCards(t *rapid.T, l *ladder.Ladder, seen elementSet) {
	life, _ := challengetest.BeginLife(t, l)
	drawForm(t, life, seen)
	for range rapid.IntRange(10, 30).Draw(t, "steps") {
		a := life.Try(t)
		d := cardDrawer{t: t, life: life, seen: seen, refusal: a.Change.Refusal}
		if a.Err != nil {
			errors.As(a.Err, &d.refusal)
		}
		for _, id := range []string{life.Challenge.Chair.ID, a.By.ID, challengetest.Person("otto").ID, rapid.SampledFrom(challengetest.People()).Draw(t, "reader").ID} {
			d.drawFor(id)
		}
		d.drawDigest()
	}
}

// cardDrawer draws the cards of one moment.
type cardDrawer struct {
	t       *rapid.T
	life    *challengetest.Life
	seen    elementSet
	refusal *challenge.Refusal
}

func (d cardDrawer) view() View {
	x := d.life
	return View{Challenge: x.Challenge, Ladder: x.Env.Ladder, History: x.Trail, TeamName: "The team", Now: x.Env.Now, Zone: x.Env.Calendar.Location(),
		Calendar: x.Env.Calendar, Directory: x.Env.Directory}
}

// drawFor draws the card that somebody has now, and one that they may have from before.
func (d cardDrawer) drawFor(id string) {
	language := rapid.SampledFrom([]*words.Catalogue{nil, nil, words.Welsh}).Draw(d.t, "language")
	card, opening := d.life.Challenge.CardFor(id)
	d.draw(card, opening, id, language)
	if n := len(d.life.Challenge.Openings); n > 0 {
		card, opening = rapid.SampledFrom(challenge.Cards()).Draw(d.t, "another card"), rapid.IntRange(0, n).Draw(d.t, "opening")
	}
	d.draw(card, opening, id, language)
	d.see(RenderFormSent(d.view(), Options{ViewerID: id, Words: language}))
	d.seen["draft: "+shape(DescribeWaiting(d.view(), id, language), d.life.Env.Ladder)] = true
}

// draw draws a card as it is, as it comes back refused, in a window, and with a confirmation.
func (d cardDrawer) draw(card challenge.Card, opening int, id string, language *words.Catalogue) {
	o := Options{ViewerID: id, Words: language, RefreshFor: []string{"29:one"}}
	plain := Render(card, opening, d.view(), o)
	d.see(plain)
	d.seen["summary: "+shape(plain.Summary(), d.life.Env.Ladder)] = true
	actions := actionsOf(plain)
	if len(actions) == 0 {
		return
	}
	raw := rapid.SampledFrom(actions).Draw(d.t, "pressed")
	data, _, err := ParseButtonData(raw)
	if err != nil {
		d.t.Fatalf("a button of the program's own cannot be read: %v", err)
	}
	o.Submitted, o.Dialog, o.MessageID = data, rapid.Bool().Draw(d.t, "in a window"), "1700000000001"
	o.TypedValues = map[string]string{}
	for _, in := range inputsOf(plain) {
		o.TypedValues[in] = rapid.SampledFrom([]string{"", "typed", "2026-04-09", "yes", strings.Repeat("long ", 400)}).Draw(d.t, "typed")
	}
	if o.Refusal = d.refusal; o.Refusal == nil || rapid.Bool().Draw(d.t, "confirmed") {
		o.Refusal, o.Confirmation = nil, "It is recorded."
	}
	d.see(Render(card, opening, d.view(), o))
}

func (d cardDrawer) drawDigest() {
	item, listed := digest.NewPendingItem(d.life.Snapshot(), d.life.Env.Now, d.life.Env)
	if !listed {
		return
	}
	v := DigestView{Now: d.life.Env.Now, Zone: d.life.Env.Calendar.Location(), TeamNames: map[string]string{"north": "North"}}
	v.Add(item)
	d.see(RenderDigest(v))
}

// drawForm draws the form as somebody fills it in.
func drawForm(t *rapid.T, life *challengetest.Life, seen elementSet) {
	l := life.Env.Ladder
	f := FormView{Ladders: []LadderChoice{{l.ID, l.Title}}, Ladder: l, Now: life.Env.Now, Zone: life.Env.Calendar.Location(), Nonce: "n"}
	for _, team := range life.Env.Directory.Teams() {
		f.Teams = append(f.Teams, TeamChoice{ID: team.ID, Name: team.Name})
	}
	for _, agency := range life.Env.Directory.Agencies() {
		f.Agencies = append(f.Agencies, TeamChoice{ID: agency.ID, Name: agency.Name})
	}
	r, by := challengetest.RandomRaising(t, life.Env, 9)
	o := Options{ViewerID: by.ID, Words: rapid.SampledFrom([]*words.Catalogue{nil, words.Welsh}).Draw(t, "language")}
	d := cardDrawer{t: t, life: life, seen: seen}
	empty := RenderForm(f, o)
	d.see(empty)
	f.Values = map[string]string{}
	for _, in := range inputsOf(empty) {
		f.Values[in] = rapid.SampledFrom([]string{"", "typed", "north", "health", "yes", "drift", "2026-04-09"}).Draw(t, "typed")
	}
	if _, err := challenge.Raise(challenge.RaiseCommand{Number: 8, Details: challenge.Details{Team: "nowhere"}}, by, life.Env); !errors.As(err, &o.Refusal) {
		t.Fatalf("an empty challenge is raised: %v", err)
	}
	d.see(RenderForm(f, o))
	if forecast, err := challenge.ForecastRaise(r, by, life.Env); err == nil {
		f.Values = map[string]string{FieldRecordNumber: r.Details.RecordNumber, FieldConcern: r.Details.Concern}
		check, _ := RenderFormCheck(CheckView{FormView: f, Raising: r, Forecast: forecast}, Options{ViewerID: by.ID, Words: o.Words})
		d.see(check)
	}
}

// elementSet has each element of the cards that were drawn, without what differs from life to life.
type elementSet map[string]bool

func (d cardDrawer) see(c Card) {
	var root any
	if err := json.Unmarshal(c.json, &root); err != nil {
		d.t.Fatal(err)
	}
	d.seen.add(root, "", d.life.Env.Ladder)
}

// add adds an element and those within it. path has the types of those around it.
func (s elementSet) add(v any, path string, l *ladder.Ladder) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			s.add(one, path, l)
		}
	case map[string]any:
		kind, _ := v["type"].(string)
		if kind != "" {
			path = strings.TrimPrefix(path[strings.LastIndexByte(path, '/')+1:]+"/"+kind, "/")
		}
		own := []string{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			switch v[key].(type) {
			case []any, map[string]any:
				if key == "data" || key == "fallback" {
					text, _ := json.Marshal(v[key])
					own = append(own, key+"="+shape(string(text), l))
					continue
				}
				s.add(v[key], path+"."+key, l)
			default:
				if key != "type" {
					own = append(own, key+"="+shape(fmt.Sprint(v[key]), l))
				}
			}
		}
		s[path+" "+strings.Join(own, " ")] = true
	}
}

var (
	varyingParts = regexp.MustCompile(`6f1c0000-[0-9a-f-]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+|CH-[A-Z0-9]+|\d[\d,:.-]*|(long )+(long)?(…|$)?`)
	names        = regexp.MustCompile(`\b(` + strings.Join(officeNames(), "|") + `)\b`)
	lists        = regexp.MustCompile(`(NAME)((, | and | a | ac |; )NAME)+`)
	days         = regexp.MustCompile(`\b(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mon|Tue|Wed|Thu|Fri|Sat|Sun|[Dd]ydd \pL+|Llun|Maw|Mer|Iau|Gwe|Sad|Sul|January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin|Gorffennaf|Awst|Medi|Hydref|Tachwedd|Rhagfyr)\b`)
)

func officeNames() []string {
	all := []string{"Newly Appointed", "Somebody Else"}
	for _, p := range challengetest.People() {
		all = append(all, regexp.QuoteMeta(p.Name))
	}
	return all
}

// shapes has what shape made of a text: most texts of a life stand on many of its cards.
var shapes = map[[2]string]string{}

// shape is a text without people, references, numbers and dates. A text of the ladder's own is
// "LADDER".
func shape(text string, l *ladder.Ladder) string {
	key := [2]string{text, l.ID}
	if known, ok := shapes[key]; ok {
		return known
	}
	shapes[key] = makeShape(text, l)
	return shapes[key]
}

func makeShape(text string, l *ladder.Ladder) string {
	text = lists.ReplaceAllString(names.ReplaceAllString(text, "NAME"), "NAMES")
	text = strings.ReplaceAll(text, "NAMES", "NAME")
	text = days.ReplaceAllString(varyingParts.ReplaceAllString(text, "#"), "DAY")
	return strconv.QuoteToGraphic(strings.ReplaceAll(text, l.ID, "LADDER"))
}

func actionsOf(c Card) []json.RawMessage {
	var found []json.RawMessage
	walkCard(c, func(v map[string]any) {
		if data, ok := v["data"]; ok && v["type"] == "Action.Execute" {
			raw, _ := json.Marshal(data)
			found = append(found, raw)
		}
	})
	return found
}

func inputsOf(c Card) []string {
	var found []string
	walkCard(c, func(v map[string]any) {
		if kind, _ := v["type"].(string); strings.HasPrefix(kind, "Input.") {
			found = append(found, v["id"].(string))
		}
	})
	return found
}

func walkCard(c Card, visit func(map[string]any)) {
	var root any
	if err := json.Unmarshal(c.json, &root); err != nil {
		panic(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			visit(v)
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(v[key])
			}
		}
	}
	walk(root)
}
