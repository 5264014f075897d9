package bot

import (
	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/safetext"
	"challengebot/internal/storage"
	"challengebot/internal/words"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// nameChallenges gives every challenge a name by its place.
func (p *play) nameChallenges() {
	found := map[string]challenge.Snapshot{}
	for _, list := range []func() ([]challenge.Snapshot, error){
		func() ([]challenge.Snapshot, error) {
			return p.reader.ListRaisedBy(p.t.Context(), p.entra("Maya Okafor"), 99)
		},
		func() ([]challenge.Snapshot, error) {
			return p.reader.ListRaisedBy(p.t.Context(), p.entra("Sam Whitfield"), 99)
		},
	} {
		all, err := list()
		if err != nil && !errors.Is(err, storage.ErrUnreadable) {
			p.t.Fatal(err)
		}
		for _, c := range all {
			found[c.Challenge.Ref] = c
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(found)) {
		c := found[ref].Challenge
		if p.names[ref] == "" {
			p.order = append(p.order, c.ID)
			p.names[ref], p.names[c.ID.String()] = fmt.Sprintf("CH-%d", len(p.order)), fmt.Sprintf("id-%d", len(p.order))
		}
	}
}

func (p *play) entra(who string) string {
	known, _ := p.file.PersonByName(who)
	return known.Entra
}

var anyUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// anonymise puts names in the place of what is drawn anew each time.
func (p *play) anonymise(s string) string {
	for _, real := range slices.Sorted(maps.Keys(p.names)) {
		s = strings.ReplaceAll(s, real, p.names[real])
	}
	return anyUUID.ReplaceAllStringFunc(s, func(id string) string {
		if known, ok := p.file.PersonByEntra(id); ok {
			return known.Name
		}
		return map[bool]string{true: "the app", false: "<id>"}[id == testApp]
	})
}

func (p *play) describeAnswer(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	var answer struct {
		Type  string
		Value json.RawMessage
		Task  *struct {
			Type  string
			Value json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		p.t.Fatalf("%v: %s", err, body)
	}
	if answer.Type == "" && answer.Task == nil {
		return " " + string(body)
	}
	value, kind := answer.Value, "with "
	if answer.Task != nil {
		value, kind = answer.Task.Value, "with the window's "+answer.Task.Type+" and "
		var window struct {
			Card struct{ Content json.RawMessage }
		}
		if json.Unmarshal(value, &window) == nil && len(window.Card.Content) > 0 {
			value = window.Card.Content
		}
	}
	var sentence string
	if json.Unmarshal(value, &sentence) == nil {
		return " " + kind + "words: " + p.describeText(sentence)
	}
	return " " + kind + "a card" + p.describeCard(value)
}

// describeCard lists the inputs and the buttons of a card, and which sentences are on it.
func (p *play) describeCard(raw json.RawMessage) string {
	var root map[string]any
	if err := json.Unmarshal(raw, &root); err != nil {
		p.t.Fatalf("%v: %s", err, raw)
	}
	var inputs, buttons []string
	var texts strings.Builder
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case map[string]any:
			kind, _ := v["type"].(string)
			switch {
			case strings.HasPrefix(kind, "Input."):
				input := fmt.Sprintf("%v=%v", v["id"], v["value"])
				if choices, _ := v["choices"].([]any); slices.Contains([]string{"ladder", "team", "agency", "who_is_away", "who_stand_in"}, fmt.Sprint(v["id"])) {
					for _, c := range choices {
						one, _ := c.(map[string]any)
						input += fmt.Sprintf(" <%v: %v>", one["value"], one["title"])
					}
				}
				inputs = append(inputs, input)
			case kind == "Action.Execute" || kind == "Action.Submit":
				data, _ := v["data"].(map[string]any)
				var said []string
				for _, key := range slices.Sorted(maps.Keys(data)) {
					if key != "nonce" {
						said = append(said, fmt.Sprintf("%s:%v", key, data[key]))
					}
				}
				buttons = append(buttons, "{"+strings.Join(said, " ")+"}")
				return // its fallback says the same
			}
			for _, key := range []string{"text", "value", "title", "label"} {
				if s, ok := v[key].(string); ok {
					texts.WriteString(s + "\n")
				}
			}
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(v[key])
			}
		}
	}
	var facts []string
	walkFacts(root["body"], &facts)
	walk(root["body"])
	refresh, _ := json.Marshal(root["refresh"])
	var out strings.Builder
	said := p.describeText(texts.String())
	fmt.Fprintf(&out, ": %s", said)
	if slices.ContainsFunc([]string{"Cover.", "NoticeChannels.", "MyChallenges.", "Digest"}, func(list string) bool { return strings.Contains(said, list) }) {
		for _, fact := range facts { // what such a list lists
			fmt.Fprintf(&out, "\n  %s", p.anonymise(fact))
		}
	}
	if len(inputs) > 0 {
		fmt.Fprintf(&out, "\n  inputs %s", p.anonymise(strings.ReplaceAll(strings.Join(inputs, " | "), "\n", "⏎")))
	}
	if len(buttons) > 0 {
		fmt.Fprintf(&out, "\n  buttons %s", p.anonymise(strings.Join(buttons, " ")))
	}
	if string(refresh) != "null" {
		fmt.Fprintf(&out, "\n  refreshes for %v", root["refresh"].(map[string]any)["userIds"])
	}
	return out.String()
}

// walkFacts gathers the facts of a card.
func walkFacts(v any, into *[]string) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			walkFacts(inner, into)
		}
	case map[string]any:
		if title, ok := v["title"].(string); ok && v["type"] == nil && v["value"] != nil {
			*into = append(*into, normaliseSpoken(fmt.Sprintf("%s: %v", title, v["value"])))
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key != "choices" && key != "data" {
				walkFacts(v[key], into)
			}
		}
	}
}

// sentencePattern is a sentence of the program, with a gap for each of its arguments.
type sentencePattern struct {
	name    string
	pattern *regexp.Regexp
}

var formatVerb = regexp.MustCompile(`%(\[\d+\])?[a-z]`)

// playSentences are all sentences that can be said, by name.
var playSentences = func() []sentencePattern {
	var all []sentencePattern
	add := func(name, text string) {
		text = normaliseSpoken(text)
		if len(formatVerb.ReplaceAllString(text, "")) < 12 {
			return // too short to be known again
		}
		pattern := regexp.QuoteMeta(text)
		pattern = regexp.MustCompile(`%(\\\[\d+\\\])?[a-z]`).ReplaceAllString(pattern, `.*?`)
		all = append(all, sentencePattern{name, regexp.MustCompile(pattern)})
	}
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			walk(name, v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(strings.TrimPrefix(name+"."+v.Type().Field(i).Name, "."), v.Field(i))
				}
			}
		case reflect.Map:
			for _, key := range v.MapKeys() {
				walk(fmt.Sprintf("%s[%v]", name, key), v.MapIndex(key))
			}
		case reflect.String:
			add(name, v.String())
		}
	}
	walk("", reflect.ValueOf(words.English))
	for key, text := range challenge.EnglishSentences() {
		add("refusal "+string(key), text)
	}
	slices.SortFunc(all, func(a, b sentencePattern) int { return strings.Compare(a.name, b.name) })
	return all
}()

var markdownEscape = regexp.MustCompile(`\\(.)`)

// normaliseSpoken is a text without what cards add to it.
func normaliseSpoken(s string) string {
	s = markdownEscape.ReplaceAllString(strings.ReplaceAll(s, "\u202f", ""), "$1")
	return strings.Join(strings.Fields(s), " ")
}

// describeText names the sentences of a text. Those of a group of which there are many count as
// the group.
func (p *play) describeText(text string) string {
	text = normaliseSpoken(text)
	groups := map[string][]string{}
	for _, s := range playSentences {
		if s.pattern.MatchString(text) {
			group, _, _ := strings.Cut(s.name, ".")
			groups[group] = append(groups[group], s.name)
		}
	}
	var said []string
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		switch {
		case slices.Contains([]string{"Bot", "StandIn", "Draft", "Cover", "NoticeChannels", "MyChallenges"}, group), strings.HasPrefix(group, "refusal"):
			said = append(said, groups[group]...)
		case slices.Contains([]string{"Help", "Judge", "Respond", "Form", "FormSent", "Gate", "Digest", "Oversight", "Dialog"}, group):
			said = append(said, group)
		}
	}
	return strings.Join(said, ", ")
}

func (p *play) tellMessages() {
	all := p.reader.Contents().Messages
	for _, m := range all[p.messages:] {
		to := m.To.Person
		if to == "" {
			to = "#" + m.To.Team
		}
		fmt.Fprintf(&p.out, "%s to %s", m.Kind, p.anonymise(to))
		if m.Kind == outbox.DirectMessageKind {
			fmt.Fprintf(&p.out, " (%s, %s)", p.anonymise(m.OrderingKey), m.CreatedAt.Format(time.TimeOnly))
		}
		if m.Kind != outbox.DirectMessageKind {
			fmt.Fprintf(&p.out, ": %s, opening %d of %s\n", m.Card, m.Opening, p.anonymise(m.ChallengeID.String()))
			continue
		}
		if m.Posted.ActivityID != "" {
			fmt.Fprintf(&p.out, " in place of %s in %s behind %s", m.Posted.ActivityID, m.Posted.ConversationID, m.Posted.ServiceURL)
		}
		var content outbox.Content
		if err := json.Unmarshal(m.Content, &content); err != nil {
			p.t.Fatal(err)
		}
		if c := content.InChannel; c != nil {
			fmt.Fprintf(&p.out, " in %s behind %s, only for %q, under %q", c.ConversationID, c.ServiceURL, c.Recipient, c.InReplyTo)
		}
		if len(content.Card) > 0 {
			fmt.Fprintf(&p.out, ", a card%s\n", p.describeCard(content.Card))
			if content.Summary == "" || content.Text == "" {
				fmt.Fprintf(&p.out, "  without a summary or a text\n")
			}
			continue
		}
		fmt.Fprintf(&p.out, ", words: %s\n", p.describeText(content.Text))
	}
	p.messages = len(all)
}

func (p *play) tellEvents() {
	for _, id := range p.order {
		c, err := p.reader.Load(p.t.Context(), storage.LookupKey{ID: id})
		if err != nil {
			p.t.Fatal(err)
		}
		for _, e := range c.History[p.events[id]:] {
			data := string(e.Data)
			if e.Body.Kind() == challenge.KindRungOpened || e.Body.Kind() == challenge.KindHeld {
				data = "…" // the domain's own tests hold what follows from a step
			}
			fmt.Fprintf(&p.out, "%s: %s by %s %s\n", p.names[c.Challenge.Ref], e.Body.Kind(), e.By.Name, p.anonymise(string(safetext.EscapeJSON([]byte(data)))))
		}
		p.events[id] = len(c.History)
	}
}

func (p *play) tellKeys() {
	for _, key := range p.reader.Contents().Keys {
		if !p.keys[key] {
			p.keys[key] = true
			fmt.Fprintf(&p.out, "key %s\n", p.anonymise(key))
		}
	}
}

// readRegisters lists what is kept beside challenges.
func (p *play) readRegisters() []string {
	ctx := p.t.Context()
	var all []string
	covers, err := p.reader.ListCovers(ctx, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range covers {
		all = append(all, fmt.Sprintf("cover %d: %s for %s from %s to %s, set by %s", c.ID, c.StandIn, c.Person, c.From, c.To, c.SetBy))
	}
	channels, err := p.reader.ListNoticeChannels(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range channels {
		all = append(all, fmt.Sprintf("notices of %s in %q (%s, %s), set by %s", c.Unit, c.ChannelID, c.TeamName, c.ChannelName, c.SetBy))
	}
	unreachable, err := p.reader.ListUnreachable(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, u := range unreachable {
		all = append(all, fmt.Sprintf("unreachable %s since %s: %s, again %s", u.Person, u.Since.Format(time.TimeOnly), u.Code, u.ReachableAgainAt.Format(time.TimeOnly)))
	}
	for _, who := range p.file.People() {
		key := outbox.OrderingKey(challenge.Address{Person: who.Entra})
		if c, ok, err := p.reader.FindConversation(ctx, key); err == nil && ok {
			all = append(all, fmt.Sprintf("chat of %s: %s behind %s as %s, seen %s", who.Entra, c.ID, c.ServiceURL, c.TeamsUserID, c.SeenAt.Format(time.TimeOnly)))
		}
	}
	for _, id := range []string{"19:north@thread.tacv2", "19:south@thread.tacv2", "19:team@thread.tacv2", "19:picked@thread.tacv2"} {
		if loss, err := p.reader.FindChannelLoss(ctx, id); err == nil && loss != "" {
			all = append(all, fmt.Sprintf("channel %s: %s", id, loss))
		}
	}
	return all
}

func (p *play) tellRegisters() {
	now := p.readRegisters()
	for _, line := range p.registers {
		if !slices.Contains(now, line) {
			fmt.Fprintf(&p.out, "no more: %s\n", p.anonymise(line))
		}
	}
	for _, line := range now {
		if !slices.Contains(p.registers, line) {
			fmt.Fprintf(&p.out, "kept: %s\n", p.anonymise(line))
		}
	}
	p.registers = now
}
