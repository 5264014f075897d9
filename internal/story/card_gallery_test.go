package story

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/practice"
	"challengebot/internal/storage"
)

// With -cards DIR the stories leave every card that the practice Teams took behind,
// so that Microsoft's own renderer can be held against them (.ci/cards/run). The run
// then fails unless each shipped ladder showed each kind of card that it can show.

var cardsDir = flag.String("cards", "", "an empty directory: write every card that the stories show there, and fail if a kind is missing")

// anyLadder is the folder of the cards that belong to no ladder.
const anyLadder = "any"

// someLadder stands for whichever showed it.
const someLadder = "some ladder"

// cardPage is one card of the album: what is written to DIR/ladder/kind-hash.json.
type cardPage struct {
	Ladder string          `json:"ladder"`
	Kind   string          `json:"kind"`
	Test   string          `json:"test"`
	Shows  []string        `json:"shows"`
	Card   json.RawMessage `json:"card"`
}

// seenCards is what all stories showed so far: "ladder what" for each kind and for each
// thing that a card can show.
var seenCards = struct {
	sync.Mutex
	shown map[string]bool
	files map[string]bool
}{shown: map[string]bool{}, files: map[string]bool{}}

// cardAlbum gathers the cards of one stage. Without -cards there is none.
type cardAlbum struct {
	mu    sync.Mutex
	cards []practice.ShownCard
}

func newAlbum() *cardAlbum {
	if *cardsDir == "" {
		return nil
	}
	return &cardAlbum{}
}

func (a *cardAlbum) add(c practice.ShownCard) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cards = append(a.cards, c)
}

// write puts the cards of a stage that are unlike any before into files.
func (a *cardAlbum) write(s *stage) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	ladders, kinds := map[string]*ladder.Ladder{}, map[string]string{}
	for _, c := range a.cards {
		kind := cardKind(c, kinds[c.MessageID])
		if !c.InDialog {
			kinds[c.MessageID] = kind
		}
		l := s.ladderOf(c.Card, ladders)
		p := cardPage{Ladder: anyLadder, Kind: kind, Test: s.t.Name(), Shows: cardFeatures(c.Card, l), Card: c.Card.JSON()}
		if l != nil {
			p.Ladder = l.ID
		}
		if err := p.write(); err != nil {
			s.t.Errorf("a card could not be kept: %v", err)
		}
	}
}

// volatileText is what differs between cards that look the same: references, ids, dates and
// the number of a change.
var volatileText = regexp.MustCompile(`CH-[0-9A-Z]{6}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|29:[^"]+|` +
	`(\w+day )?\d{1,2} [A-Z][a-z]{2,8} 20\d\d|20\d\d-\d\d-\d\d|\d\d:\d\d|(Mon|Tue|Wed|Thu|Fri) \d{1,2} [A-Z][a-z]{2}|"version":\d+`)

func (p cardPage) write() error {
	sum := sha256.Sum256(volatileText.ReplaceAll(p.Card, []byte("…")))
	name := filepath.Join(p.Ladder, p.Kind+"-"+hex.EncodeToString(sum[:5])+".json")
	seenCards.Lock()
	defer seenCards.Unlock()
	for _, w := range append(p.Shows, p.Kind) {
		seenCards.shown[p.Ladder+" "+w] = true
		seenCards.shown[someLadder+" "+w] = true
	}
	if seenCards.files[name] {
		return nil
	}
	seenCards.files[name] = true
	whole, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(*cardsDir, p.Ladder), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*cardsDir, name), whole, 0o644)
}

// cardKind says which card it is, by what its buttons carry; a card that has none any
// more is what its message was before.
func cardKind(c practice.ShownCard, before string) string {
	var card struct {
		Refresh struct {
			Action struct{ Data struct{ Card string } }
		}
	}
	_ = json.Unmarshal(c.Card.JSON(), &card) // practice checked it
	_, record := c.Card.FactValue("/help")
	carries := func(name string) bool {
		return slices.ContainsFunc(c.Card.Buttons(), func(a practice.Button) bool { return a.Data["card"] == name })
	}
	switch {
	case c.InDialog:
		return "dialog"
	case card.Refresh.Action.Data.Card != "":
		return card.Refresh.Action.Data.Card
	case carries("form"):
		return "form"
	case carries("digest"):
		return "digest"
	case carries("status"):
		return "mine"
	case record:
		return "help"
	case strings.Contains(c.Card.Text(), "/cover NAME"):
		return "cover"
	case strings.Contains(c.Card.Text(), "/notices here"):
		return "notices"
	case before == "form":
		return "sent"
	case before != "":
		return before
	case c.InChannel:
		return string(challenge.CardNotice)
	default:
		return "record" // nothing can be done on it any more
	}
}

// ladderOf is the ladder that a card belongs to; nil for lists and for help.
func (s *stage) ladderOf(c *practice.Card, known map[string]*ladder.Ladder) *ladder.Ladder {
	if isForm := slices.ContainsFunc(c.Buttons(), func(a practice.Button) bool { return a.Data["card"] == "form" }); isForm {
		// The first step is drawn for one, the second names it.
		i := slices.IndexFunc(s.Ladders, func(l *ladder.Ladder) bool {
			return slices.ContainsFunc(c.Buttons(), func(a practice.Button) bool { return a.Data["shown"] == l.ID }) ||
				strings.Contains(c.Text(), l.Title+" ("+l.Authority+")") && !strings.Contains(c.Text(), "Step 1 of 2")
		})
		if i < 0 {
			return nil
		}
		return s.Ladders[i]
	}
	refs := slices.Compact(slices.Sorted(slices.Values(ReferencePattern.FindAllString(string(c.JSON()), -1))))
	if len(refs) != 1 {
		return nil
	}
	if l, ok := known[refs[0]]; ok {
		return l
	}
	// A reference that somebody made up has no challenge.
	if found, err := s.App.Store.Load(context.WithoutCancel(s.t.Context()), storage.LookupKey{Ref: refs[0]}); err == nil {
		known[refs[0]] = found.Ladder
	} else {
		known[refs[0]] = nil
	}
	return known[refs[0]]
}

// cardFeatures a card shows beyond its kind: the answers, gates and steps it offers.
func cardFeatures(c *practice.Card, l *ladder.Ladder) []string {
	shows := map[string]bool{}
	for _, a := range c.Buttons() {
		if a.Verb == "" || a.Verb == "refresh" {
			continue
		}
		shows["to "+a.Verb] = true
		rung, _ := a.Data["rung"].(string)
		gate, _ := a.Data["gate"].(string)
		switch r, ok := findRung(l, rung); {
		case a.Verb == "gate":
			shows["gate "+string(gateKind(l, rung, gate))] = true
			shows["gate "+fmt.Sprint(a.Data["status"])] = true
		case a.Verb == "respond" && ok:
			shows["answer "+string(r.Form)] = true
		}
	}
	for _, in := range c.Inputs() {
		for _, id := range []string{"shorter_days", "start_at", "partner", "looked_after", "agency"} {
			if in.ID == id || strings.HasSuffix(in.ID, "_"+id) {
				shows["asks "+id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(shows))
}

func findRung(l *ladder.Ladder, id string) (*ladder.Rung, bool) {
	if l == nil {
		return nil, false
	}
	return l.RungByID(id)
}

// gateKind is the kind of a gate before a rung. What no ladder names is the decision
// to go on after silence.
func gateKind(l *ladder.Ladder, rung, id string) ladder.GateKind {
	if l == nil {
		return ladder.GateConfirm
	}
	for _, g := range gatesOf(l) {
		if g.ID == id {
			return g.Kind
		}
	}
	return ladder.GateConfirm
}

func gatesOf(l *ladder.Ladder) []ladder.Gate {
	var all []ladder.Gate
	for _, r := range l.Rungs {
		all = append(all, r.Gates...)
	}
	for _, k := range l.Skips {
		all = append(all, k.Gates...)
	}
	return all
}

// possibleFeatures is every kind of card that a ladder can show, and what can be on one.
func possibleFeatures(l *ladder.Ladder) []string {
	all := []string{"form", "sent", "respond", "reminder", "judge", "case", "notice", "oversight",
		"to raise", "to preview", "to respond", "to judge", "to withdraw"}
	when := func(can bool, w string) {
		if can {
			all = append(all, w)
		}
	}
	for _, r := range l.Rungs {
		all = append(all, "answer "+string(r.Form))
		when(len(r.AlertedRoles) > 0, "alert")
	}
	for _, g := range gatesOf(l) {
		all = append(all, "gate", "gate "+string(g.Kind))
		when(g.MayOverride, "gate "+string(challenge.GateOverridden))
	}
	for _, k := range l.Skips {
		all = append(all, "asks start_at")
		when(!k.OnlyAtRaise, "to skip")
	}
	when(len(l.HandOffs) > 0, "to hand_off")
	when(l.ExternalReferral != nil, "to refer")
	when(l.Shorten != nil, "asks shorter_days")
	when(l.PartnerConcerns != nil, "asks partner")
	when(l.Party != ladder.PartyInternal, "to asked")
	slices.Sort(all)
	return slices.Compact(all)
}

// reportMissingCards names what no story showed. It is the exit code of the run.
func reportMissingCards() int {
	seenCards.Lock()
	defer seenCards.Unlock()
	var missing []string
	want := func(ladder string, all ...string) {
		for _, w := range all {
			if !seenCards.shown[ladder+" "+w] {
				missing = append(missing, ladder+": "+w)
			}
		}
	}
	want(anyLadder, "help", "mine", "cover", "notices")
	want(someLadder, "dialog", "digest")
	for _, id := range ladder.ShippedIDs() {
		l, err := ladder.LoadShipped(id)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		want(id, possibleFeatures(l)...)
	}
	fmt.Fprintf(os.Stderr, "%d cards in %s\n", len(seenCards.files), *cardsDir)
	if len(missing) > 0 {
		fmt.Fprintf(os.Stderr, "no story showed:\n  %s\n", strings.Join(missing, "\n  "))
		return 1
	}
	return 0
}

func TestAnAlbumKnowsEveryCardOfALadder(t *testing.T) {
	t.Parallel()
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"form", "answer plan", "gate consult", "gate overridden", "asks start_at"} {
		if !slices.Contains(possibleFeatures(l), w) {
			t.Errorf("the ladder can show %q, and the album does not ask for it: %q", w, possibleFeatures(l))
		}
	}
}
