package bot

import (
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"challengebot/internal/directory"
	"challengebot/internal/words"
)

// Mention is an @mention as Teams describes it: who, and the piece of the text that stands for
// them, if it says so.
type Mention struct {
	Mentioned Account         `json:"mentioned"`
	Text      string          `json:"text"`
	ID        json.RawMessage `json:"id"` // of the element in the text, where there is one
}

// Mentions lists the @mentions of the activity. Entities that cannot be read are passed over.
func (a Activity) Mentions() []Mention {
	var found []Mention
	a.eachEntity("mention", func(raw json.RawMessage) {
		var m Mention
		if jsonv2.Unmarshal(raw, &m) == nil {
			found = append(found, m)
		}
	})
	return found
}

// objectID is the Entra object id of an account, wherever Teams put it: some clients write it as
// the account's own id, alone or behind a prefix. "" where there is none.
func (a Account) objectID() string {
	if a.AADObjectID != "" {
		return a.AADObjectID
	}
	id := strings.TrimPrefix(strings.ToLower(a.ID), "8:orgid:")
	if _, err := uuid.Parse(id); err != nil {
		return ""
	}
	return id
}

// isBot reports whether an account is the bot's own. One without an id is known by its name.
func (a Activity) isBot(who Account) bool {
	if who.ID == "" {
		return who.AADObjectID == "" && who.Name != "" && directory.FoldName(who.Name) == directory.FoldName(a.Recipient.Name)
	}
	return strings.EqualFold(strings.TrimPrefix(who.ID, "28:"), strings.TrimPrefix(a.Recipient.ID, "28:"))
}

// mentionElement is <at>…</at>, with an id or without, empty or not.
var mentionElement = regexp.MustCompile(`(?is)<at(\s[^<>]*?)?(?:/>|>([^<]*)</at\s*>)`)

var elementID = regexp.MustCompile(`(?i)\bid\s*=\s*["']?([0-9]+)`)

// mentionTag is one <at> element of a text.
type mentionTag struct {
	from, to int
	id       string
	name     string // what the reader saw
	entity   int    // of the list of mentions; -1: none fits
}

// markMentions puts a mark in the place of each mention.
func (a Activity) markMentions(text string) typedText {
	entities := a.Mentions()
	tags := findMentionTags(text)
	matchMentions(text, tags, entities)
	var t typedText
	var b strings.Builder
	last := 0
	for i, tag := range tags {
		m := mention{name: tag.name}
		if tag.entity >= 0 {
			m.who = entities[tag.entity].Mentioned
			m.isBot = a.isBot(m.who)
		} else {
			m.isBot = a.namesBot(text, tags, i)
		}
		if m.name == "" {
			m.name = strings.TrimSpace(m.who.Name)
		}
		b.WriteString(text[last:tag.from])
		b.WriteString(t.addMention(m))
		last = tag.to
	}
	b.WriteString(text[last:])
	t.marked = b.String()
	for i, e := range entities { // some clients write a mention without the element
		used := slices.ContainsFunc(tags, func(tag mentionTag) bool { return tag.entity == i })
		if bare := strings.TrimSpace(e.Text); bare != "" && !used && !strings.Contains(bare, "<at") {
			name := strings.TrimPrefix(html.UnescapeString(bare), "@")
			t.marked = strings.Replace(t.marked, bare, t.addMention(mention{name: name, who: e.Mentioned, isBot: a.isBot(e.Mentioned)}), 1)
		}
	}
	return t
}

func (t *typedText) addMention(m mention) string {
	t.mentions = append(t.mentions, m)
	return string(markBegin) + strconv.Itoa(len(t.mentions)-1) + string(markEnd)
}

func findMentionTags(text string) []mentionTag {
	var tags []mentionTag
	for _, at := range mentionElement.FindAllStringSubmatchIndex(text, -1) {
		tag := mentionTag{from: at[0], to: at[1], entity: -1}
		if at[2] >= 0 {
			if id := elementID.FindStringSubmatch(text[at[2]:at[3]]); id != nil {
				tag.id = id[1]
			}
		}
		if at[4] >= 0 {
			tag.name = cleanName(text[at[4]:at[5]])
		}
		tags = append(tags, tag)
	}
	return tags
}

// cleanName is a name out of mark-up, as the reader saw it.
func cleanName(s string) string {
	return strings.Join(strings.Fields(strings.Map(plainSpace, html.UnescapeString(s))), " ")
}

// matchMentions finds for each element the entity that says who is meant: by the text that the
// entity gives, by the element's id, by the name; where one name was split over several
// elements, by all of them together; at last by what is left over.
func matchMentions(text string, tags []mentionTag, entities []Mention) {
	fold := directory.FoldName
	texts, names := make([]string, len(entities)), make([]string, len(entities))
	for i, e := range entities {
		texts[i] = fold(cleanName(regexp.MustCompile(`(?is)</?at[^<>]*>`).ReplaceAllString(e.Text, "")))
		names[i] = fold(e.Mentioned.Name)
	}
	used := map[int]bool{}
	assign := func(fits func(tag mentionTag, i int) bool) {
		for n := range tags {
			if tags[n].entity >= 0 {
				continue
			}
			best := -1
			for i := range entities {
				if fits(tags[n], i) && (best < 0 || used[best] && !used[i]) {
					best = i
				}
			}
			if best >= 0 {
				tags[n].entity, used[best] = best, true
			}
		}
	}
	assign(func(tag mentionTag, i int) bool { return tag.name != "" && texts[i] == fold(tag.name) })
	assign(func(tag mentionTag, i int) bool {
		return tag.id != "" && strings.Trim(string(entities[i].ID), `"`) == tag.id
	})
	assign(func(tag mentionTag, i int) bool { return tag.name != "" && names[i] == fold(tag.name) })
	matchSplitNames(text, tags, used, texts, names)
	assign(func(tag mentionTag, i int) bool {
		return tag.name != "" && !used[i] && texts[i] == "" && containsWords(names[i], fold(tag.name))
	})
	matchLeftovers(tags, used, len(entities))
}

// matchSplitNames gives the parts of one name to the entity that has all of it.
func matchSplitNames(text string, tags []mentionTag, used map[int]bool, texts, names []string) {
	for from := range tags {
		for to := len(tags); to > from+1; to-- {
			joined := directory.FoldName(joinAdjacent(text, tags[from:to]))
			if joined == "" || slices.ContainsFunc(tags[from:to], func(tag mentionTag) bool { return tag.entity >= 0 }) {
				continue
			}
			i := slices.IndexFunc(names, func(name string) bool { return name == joined })
			if i < 0 {
				i = slices.Index(texts, joined)
			}
			if i < 0 {
				continue
			}
			used[i] = true
			for n := from; n < to; n++ {
				tags[n].entity = i
			}
		}
	}
}

// matchLeftovers goes by order, where as many elements as entities are left.
func matchLeftovers(tags []mentionTag, used map[int]bool, entities int) {
	var openTags, openEntities []int
	for n := range tags {
		if tags[n].entity < 0 {
			openTags = append(openTags, n)
		}
	}
	for i := range entities {
		if !used[i] {
			openEntities = append(openEntities, i)
		}
	}
	if len(openTags) == len(openEntities) {
		for k, n := range openTags {
			tags[n].entity = openEntities[k]
		}
	}
}

// joinAdjacent is the name that elements with nothing but space between them make together;
// "" when something else stands between.
func joinAdjacent(text string, tags []mentionTag) string {
	parts := []string{tags[0].name}
	for i := 1; i < len(tags); i++ {
		between := html.UnescapeString(text[tags[i-1].to:tags[i].from])
		if strings.TrimFunc(between, words.IsBlank) != "" {
			return ""
		}
		parts = append(parts, tags[i].name)
	}
	return strings.Join(parts, " ")
}

// containsWords reports whether all words of part stand in whole.
func containsWords(whole, part string) bool {
	words := strings.Fields(whole)
	return part != "" && !slices.ContainsFunc(strings.Fields(part), func(w string) bool { return !slices.Contains(words, w) })
}

// namesBot reports whether an element without an entity bears the bot's name, alone or together
// with its neighbours.
func (a Activity) namesBot(text string, tags []mentionTag, n int) bool {
	name := directory.FoldName(a.Recipient.Name)
	if name == "" {
		return false
	}
	for from := 0; from <= n; from++ {
		for to := n + 1; to <= len(tags); to++ {
			if directory.FoldName(joinAdjacent(text, tags[from:to])) == name {
				return true
			}
		}
	}
	return false
}
