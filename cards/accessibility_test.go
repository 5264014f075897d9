package cards

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// accessibilityFaults lists what would leave somebody behind who hears a card, who sees no
// colours, or who reads its text form.
func accessibilityFaults(root jsonNode, c Card) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	body, _ := root["body"].([]any)
	if len(body) == 0 {
		return []string{"it is empty"}
	}
	first := jsonNode{} // of its headings; a kicker and what to do in an emergency may stand before it
	for _, e := range body {
		if n := e.(jsonNode); first["style"] != "heading" {
			first = n
		}
	}
	large := 0
	doing := map[string]string{} // what a button of that title does
	walkNodes(root, func(n jsonNode) {
		kind, _ := n["type"].(string)
		if n["size"] == "Large" {
			large++
		}
		switch {
		case kind == "Image" && n["altText"] == nil:
			say("an image has no words")
		case n["color"] != nil && strings.TrimSpace(fmt.Sprint(n["text"])) == "",
			n["style"] != nil && kind == "Container" && len(textsIn(n)) == 0:
			say("there is a colour without words")
		case kind == "Action.Execute" && n["fallback"] != nil, kind == "Action.ShowCard", kind == "Action.ToggleVisibility":
			title, _ := n["title"].(string)
			does, _ := json.Marshal([]any{kind, n["data"], n["card"], n["targetElements"]})
			if strings.TrimSpace(title) == "" {
				say("a button has no title")
			} else if other, taken := doing[title]; taken && other != string(does) {
				say("two buttons are called %q and do different things", title)
			}
			doing[title] = string(does)
		}
	})
	// A line or two is read as it stands; its heading is no larger than the rest.
	isLine := len(body) <= 2 && large == 0
	if first["style"] != "heading" || !isLine && (first["size"] != "Large" || large != 1) {
		say("it does not begin with its one main heading")
	}
	out = append(out, inputsOutOfOrder(root)...)
	text := c.Text()
	for _, part := range allTexts(c.body) {
		for line := range strings.SplitSeq(cleanText(part), "\n") {
			if !strings.Contains(text, line) {
				say("the text form lacks %q", line)
			}
		}
	}
	return out
}

func textsIn(n jsonNode) []string {
	var out []string
	walkNodes(n, func(in jsonNode) {
		if s, _ := in["text"].(string); strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	})
	return out
}

// inputsOutOfOrder lists inputs that nothing comes before, or no button after, on a card or
// on what opens from it.
func inputsOutOfOrder(card jsonNode) []string {
	var out []string
	said, waiting := false, ""
	var along func(v any)
	along = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, in := range v {
				along(in)
			}
		case map[string]any:
			kind, _ := v["type"].(string)
			switch {
			case kind == "TextBlock" || kind == "FactSet":
				said = true
			case strings.HasPrefix(kind, "Input."):
				waiting = fmt.Sprint(v["label"])
				if !said {
					out = append(out, fmt.Sprintf("nothing is said before the input %q", waiting))
				}
			case kind == "Action.Execute":
				waiting = ""
			case kind == "Action.ShowCard":
				inner := inputsOutOfOrder(v["card"].(jsonNode))
				for _, fault := range inner { // its title says what its inputs are for
					if !strings.HasPrefix(fault, "nothing is said") {
						out = append(out, fault)
					}
				}
				return
			}
			for _, in := range []string{"items", "columns", "actions"} {
				along(v[in])
			}
		}
	}
	along(card["body"])
	if waiting != "" {
		out = append(out, fmt.Sprintf("no button comes after the input %q", waiting))
	}
	return out
}

// allTexts are all texts, facts, labels, values, choices and buttons of a card.
func allTexts(es []Element) []string {
	var out []string
	for _, e := range es {
		switch e := e.(type) {
		case TextBlock:
			if !e.Hidden {
				out = append(out, e.Text)
			}
		case FactSet:
			for _, f := range e.Facts {
				out = append(out, f.Title, f.Value)
			}
		case Container:
			out = append(out, allTexts(e.Items)...)
		case ColumnSet:
			for _, items := range e.Columns {
				out = append(out, allTexts(items)...)
			}
		case Input:
			if e.Hidden {
				continue
			}
			out = append(out, e.Label)
			if e.Kind != InputChoice {
				out = append(out, e.Value)
			}
			for _, c := range e.Choices {
				out = append(out, c.Title)
			}
		case ActionSet:
			for _, a := range e.Actions {
				switch a := a.(type) {
				case ExecuteButton:
					out = append(out, a.Title)
				case ShowCardButton:
					out = append(append(out, a.Title), allTexts(a.Body)...)
				case ToggleButton, DialogButton: // what they open stands open in the text form
				default:
					panic(fmt.Sprintf("a button of a kind that this test does not know: %T", a))
				}
			}
		default:
			panic(fmt.Sprintf("an element of a kind that this test does not know: %T", e))
		}
	}
	return out
}

func TestACardFullToTheBrimIsReadableToo(t *testing.T) {
	r := fullRun(t, "word ", 2)
	for _, w := range []*words.Catalogue{words.English, words.Welsh} {
		for card, viewer := range map[challenge.Card]string{challenge.CardJudge: maya, challenge.CardChallenge: maya, challenge.CardRespond: tom} {
			c := Render(card, 2, r.view(), Options{ViewerID: viewer, Words: w, TypedValues: typedInFull("word ")})
			for _, fault := range accessibilityFaults(parseCard(t, c), c) {
				t.Errorf("%s, %s: %s", w.LanguageTag, card, fault)
			}
		}
	}
}

// A refusal shows at its input in the reader's language, whatever language it came in.
func TestARefusalIsShownInTheReadersLanguage(t *testing.T) {
	text := refusedAnswerCard(t, words.Welsh).Text()
	for _, want := range []string{"Cywirwch yr hyn a nodir", "I'w gywiro: Rhowch y dyddiad erbyn pryd y caiff ei wneud."} {
		if !strings.Contains(text, want) {
			t.Errorf("the card lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Please put right") || strings.Contains(text, "Please give") {
		t.Errorf("the Welsh card speaks English:\n%s", text)
	}
}
