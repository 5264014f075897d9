package practice_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

func TestAGoodCardHasNothingToSayAgainst(t *testing.T) {
	t.Parallel()
	mention := `{"body":[{"type":"TextBlock","wrap":true,"text":"For <at>Tom</at>"}],
		"msteams":{"width":"full","entities":[{"type":"mention","text":"<at>Tom</at>","mentioned":{"id":"29:t","name":"Tom"}}]}}`
	for name, c := range map[string]string{"plain": cardJSON("x"), "form": formCard(), "mention": cardJSON("x", mention)} {
		if found := practice.CheckCard([]byte(c)); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestTheCardCheckerFinds(t *testing.T) {
	t.Parallel()
	body := func(elements ...string) string { return `{"body":[` + strings.Join(elements, ",") + `]}` }
	actions := func(actions ...string) string { return `{"actions":[` + strings.Join(actions, ",") + `]}` }
	input := func(rest string) string { return body(`{"type":"Input.Text","id":"a","label":"A",` + rest + `}`) }
	act := func(old, new string) string {
		return actions(strings.Replace(executeButton("Send", "respond"), old, new, 1))
	}
	refresh := func(users string) string {
		return `{"refresh":{"action":{"type":"Action.Execute","verb":"r","data":{}}` + users + `}}`
	}
	var seven, sixtyOne []string
	for i := range 7 {
		seven = append(seven, executeButton(fmt.Sprint("B", i), fmt.Sprint("v", i)))
	}
	for range 61 {
		sixtyOne = append(sixtyOne, `"29:x"`)
	}
	tests := []struct{ name, part, want string }{
		{"another version", `{"version":"1.6"}`, "$.version must be exactly"},
		{"another schema", `{"$schema":"https://x"}`, "$.$schema must be"},
		{"another type", `{"type":"Card"}`, "$.type must be"},
		{"no fallback text", `{"fallbackText":" "}`, "$.fallbackText is missing"},
		{"nothing to speak", `{"speak":""}`, "$.speak is missing"},
		{"a background", `{"backgroundImage":"https://x/y.png"}`, "$.backgroundImage is a fixed background"},
		{"a fixed colour", body(`{"type":"TextBlock","wrap":true,"text":"x","color":"#ff0000"}`), "$.body[0].color has a value"},
		{"a typing error", body(`{"type":"TextBlock","wrap":true,"text":"x","colour":"good"}`), "$.body[0].colour is not a property"},
		{"text that phones cut", body(`{"type":"TextBlock","text":"x"}`), "$.body[0].wrap must be true"},
		{"a later element", body(`{"type":"Badge","text":"x"}`), `$.body[0].type "Badge" is not an element`},
		{"a nested later element", body(`{"type":"Container","items":[{"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"Icon"}]}]}]}`), `$.body[0].items[0].columns[0].items[0].type "Icon"`},
		{"an image nobody can hear", body(`{"type":"Image","url":"https://x/y.png"}`), "$.body[0].altText is missing"},
		{"an insecure image", body(`{"type":"Image","url":"http://x/y.png","altText":"x"}`), "$.body[0].url must be https"},
		{"an input without id", body(`{"type":"Input.Text","label":"A"}`), "$.body[0].id is missing"},
		{"an input without label", body(`{"type":"Input.Text","id":"a"}`), "$.body[0].label is missing"},
		{"required without message", input(`"isRequired":true`), "$.body[0].errorMessage is missing"},
		{"required and hidden", input(`"isRequired":true,"errorMessage":"e","isVisible":false`), "is required but hidden"},
		{"a length of nothing", input(`"maxLength":0`), "$.body[0].maxLength must be"},
		{"two of one id", body(`{"type":"Input.Text","id":"a","label":"A"}`, `{"type":"Input.Text","id":"a","label":"B"}`), `$.body[1].id "a" is already used`},
		{"nothing to choose", body(`{"type":"Input.ChoiceSet","id":"a","label":"A","choices":[]}`), "$.body[0].choices offers nothing"},
		{"preset not offered", body(`{"type":"Input.ChoiceSet","id":"a","label":"A","value":"z","choices":[{"title":"B","value":"b"}]}`), "$.body[0].value is not among"},
		{"filtered and multiple", body(`{"type":"Input.ChoiceSet","id":"a","label":"A","style":"filtered","isMultiSelect":true,"choices":[{"title":"B","value":"b"}]}`), "isMultiSelect must be false"},
		{"no verb", act(`"verb":"respond"`, `"verb":""`), "$.actions[0].verb is missing"},
		{"data as text", act(`"data":{"challenge":"c1"}`, `"data":"c1"`), "$.actions[0].data must be an object"},
		{"no fallback", act(`"fallback"`, `"tooltip":"x","requires"`), "$.actions[0].fallback must be an Action.Submit"},
		{"a fallback of another name", strings.Replace(act("", ""), `{"type":"Action.Submit","title":"Send"`, `{"type":"Action.Submit","title":"Go"`, 1), "$.actions[0].fallback.title differs"},
		{"too many buttons", actions(seven...), "has 7 primary actions"},
		{"a part of the card behind the dots", actions(`{"type":"Action.ShowCard","title":"x","mode":"secondary","card":{"type":"AdaptiveCard","body":[]}}`), "does not open it"},
		{"a language with its country", `{"lang":"en-GB","body":[]}`, "$.lang must be a language"},
		{"an unknown action", actions(`{"type":"Action.Http","title":"x"}`), `"Action.Http" is not an action`},
		{"an insecure link", actions(`{"type":"Action.OpenUrl","title":"x","url":"http://x"}`), "$.actions[0].url must be https"},
		{"toggling nothing", actions(`{"type":"Action.ToggleVisibility","title":"x","targetElements":["none"]}`), "names no element"},
		{"a field that overwrites data", `{"body":[{"type":"Input.Text","id":"challenge","label":"A"}],"actions":[` + executeButton("Send", "respond") + `]}`, "would be overwritten"},
		{"a bad card inside", actions(`{"type":"Action.ShowCard","title":"x","card":{"type":"AdaptiveCard","body":[{"type":"Input.Text","id":"a"}]}}`), "$.actions[0].card.body[0].label is missing"},
		{"refresh for whoever", refresh(``), "$.refresh.userIds is missing"},
		{"refresh by Entra id", refresh(`,"userIds":["aaaaaaaa-0000-0000-0000-000000000001"]`), "$.refresh.userIds[0] is not a Teams id"},
		{"refresh for a crowd", refresh(`,"userIds":[` + strings.Join(sixtyOne, ",") + `]`), "names 61 people"},
		{"a tag without mention", body(`{"type":"TextBlock","wrap":true,"text":"<at>Tom</at>"}`), "lacks the mention"},
		{"a mention without tag", `{"msteams":{"entities":[{"type":"mention","text":"<at>T</at>","mentioned":{"id":"29:t"}}]}}`, "mentions somebody whom no text names"},
		{"too big", body(`{"type":"TextBlock","wrap":true,"text":"` + strings.Repeat("x", 26<<10) + `"}`), "bytes, more than 25600"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := strings.Join(practice.CheckCard([]byte(cardJSON("x", test.part))), "\n")
			if !strings.Contains(found, test.want) {
				t.Errorf("found %q, want %q", found, test.want)
			}
		})
	}
	for _, raw := range []string{``, `[]`, `null`, `"x"`} {
		if len(practice.CheckCard([]byte(raw))) == 0 {
			t.Errorf("%q passed", raw)
		}
	}
}

func TestACardReadsAsAPersonReadsIt(t *testing.T) {
	t.Parallel()
	c, err := practice.ParseCard([]byte(cardJSON("Challenge CH\\-1", `{"body":[
		{"type":"TextBlock","style":"heading","wrap":true,"text":"Challenge CH\\-1"},
		{"type":"FactSet","facts":[{"title":"Due","value":"Friday 6 March 2026"},{"title":"Rung:","value":"Team manager"}]},
		{"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"TextBlock","text":"left","wrap":true}]},{"type":"Column","items":[{"type":"TextBlock","text":"right","wrap":true}]}]},
		{"type":"TextBlock","text":"unseen","wrap":true,"isVisible":false},
		{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"a &lt;b&gt; "},"c"]},
		{"type":"Image","url":"https://x/y.png","altText":"a clock"},
		{"type":"Input.Text","id":"reply","label":"Your response","isRequired":true,"errorMessage":"e","value":"so far"},
		{"type":"Input.ChoiceSet","id":"who","label":"Who","value":"b","choices":[{"title":"A","value":"a"},{"title":"B","value":"b"}]},
		{"type":"Input.Toggle","id":"ok","label":"Agreed","title":"I agree","value":"true"},
		{"type":"ActionSet","actions":[`+executeButton("Send", "respond")+`]}],
		"actions":[{"type":"Action.ShowCard","title":"More","card":{"type":"AdaptiveCard","body":[{"type":"Input.Text","id":"why","label":"Why"}],"actions":[`+executeButton("Refuse", "refuse")+`]}},
			{"type":"Action.OpenUrl","title":"Procedure","url":"https://authority.example/p"}]}`)))
	if err != nil {
		t.Fatal(err)
	}
	want := `# Challenge CH-1
Due: Friday 6 March 2026
Rung: Team manager
left | right
a <b> c
[image: a clock]
Your response (required): [so far]
Who: ( ) A (x) B
Agreed: [x] I agree
<Send>
<More>
  Why: []
  <Refuse>
<Procedure> https://authority.example/p`
	if diff := cmp.Diff(want, c.Text()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if due, ok := c.FactValue("Due"); !ok || due != "Friday 6 March 2026" {
		t.Errorf("Due: %q", due)
	}
	if in, ok := c.Input("why"); !ok || in.Label != "Why" || len(c.Inputs()) != 4 {
		t.Errorf("inputs %v", c.Inputs())
	}
	if !c.HasButton("Refuse") || !c.HasButton("refuse") || c.HasButton("Withdraw") {
		t.Error("the buttons are wrong")
	}
}

func TestAnInnerCardSendsItsOwnFieldsAndThoseAroundIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	inner := func(title, id string) string {
		return `{"type":"Action.ShowCard","title":"` + title + `","card":{"type":"AdaptiveCard","body":[{"type":"Input.Text","id":"` + id + `","label":"L","isRequired":true,"errorMessage":"e"}],"actions":[` + executeButton(title+" now", id+"-verb") + `]}}`
	}
	w.postCard(t, "Maya Okafor", cardJSON("x", `{"body":[{"type":"Input.Text","id":"outer","label":"O","value":"o"}],"actions":[`+inner("Accept", "a")+`,`+inner("Refuse", "b")+`]}`))
	w.setAnswer(func(incoming) (int, string) { return invokeCard(cardJSON("done")) })
	if a := maya.LastMessage().Click(t.Context(), maya, "Refuse now", practice.Inputs{"b": "because"}); a.Err != nil {
		t.Fatal(a.Err)
	}
	got := w.received()[0].Activity["value"].(map[string]any)["action"].(map[string]any)["data"]
	if diff := cmp.Diff(map[string]any{"challenge": "c1", "outer": "o", "b": "because"}, got); diff != "" {
		t.Error(diff)
	}
	w.expectNoErrors(t)
}
