package bot

import (
	"encoding/json"
	"slices"
	"testing"
)

// Which entity says who an element of the text means.
func TestEachMentionInATextFindsItsEntity(t *testing.T) {
	t.Parallel()
	entity := func(text, name, id string) Mention {
		m := Mention{Text: text, Mentioned: Account{Name: name}}
		if id != "" {
			m.ID = json.RawMessage(id)
		}
		return m
	}
	for _, c := range []struct {
		why      string
		text     string
		entities []Mention
		want     []int // for each element; -1: none
	}{
		{"by their texts, in any order", "<at>Ben</at> and <at>Tom</at>", []Mention{entity("<at>Tom</at>", "x", ""), entity("<at>Ben</at>", "y", "")}, []int{1, 0}},
		{"by their texts before their names", "<at>Ben</at>", []Mention{entity("<at>Tom</at>", "Ben", ""), entity("<at>Ben</at>", "Tom", "")}, []int{1}},
		{"by their ids", `<at id="1">Ben</at> <at id="0">Tom</at>`, []Mention{entity("", "", `0`), entity("", "", `"1"`)}, []int{1, 0}},
		{"by their ids before their names", `<at id="1">Ben</at>`, []Mention{entity("", "Ben", `0`), entity("", "Tom", `1`)}, []int{1}},
		{"by their names", "<at>Tom Reid</at> <at>Ben Carter</at>", []Mention{entity("", "Ben Carter", ""), entity("", "Tom Reid", "")}, []int{1, 0}},
		{"the same text twice takes the second where there are two", "<at>Ben</at> <at>Ben</at>", []Mention{entity("<at>Ben</at>", "a", ""), entity("<at>Ben</at>", "b", "")}, []int{0, 1}},
		{"the same text twice takes the one twice where there is one", "<at>Ben</at> <at>Ben</at>", []Mention{entity("<at>Ben</at>", "a", "")}, []int{0, 0}},
		{"a name in two elements", "<at>Ben</at> <at>Carter</at>", []Mention{entity("", "Tom Reid", ""), entity("", "Ben Carter", "")}, []int{1, 1}},
		{"a text in two elements", "<at>Ben</at> <at>Carter</at>", []Mention{entity("<at>Ben Carter</at>", "", "")}, []int{0, 0}},
		{"two elements apart are two", "<at>Ben</at>, and <at>Carter</at>", []Mention{entity("", "Ben Carter", "")}, []int{0, -1}},
		{"a part of a name", "<at>Reid</at> <at>x</at> <at>y</at>", []Mention{entity("", "Ben Carter", ""), entity("", "Tom Reid", "")}, []int{1, -1, -1}},
		{"what is left over, by order", "<at>Kiwi</at> <at>Fig</at>", []Mention{entity("", "Tom Reid", ""), entity("", "Ben Carter", "")}, []int{0, 1}},
		{"too many are left over", "<at>Kiwi</at> <at>Fig</at>", []Mention{entity("", "Tom Reid", "")}, []int{-1, -1}},
		{"too few are left over", "<at>Kiwi</at>", []Mention{entity("", "Tom Reid", ""), entity("", "Ben Carter", "")}, []int{-1}},
		{"an element without a name", `<at id="1"></at> <at id='0'/>`, []Mention{entity("", "Tom Reid", "0"), entity("", "Ben Carter", "1")}, []int{1, 0}},
		{"signs of the web in a name", "<at>O&#39;Brien</at>", []Mention{entity("", "Ben", ""), entity("<at>O'Brien</at>", "", "")}, []int{1}},
		{"no entity", "<at>Ben</at>", nil, []int{-1}},
	} {
		tags := findMentionTags(c.text)
		matchMentions(c.text, tags, c.entities)
		var got []int
		for _, tag := range tags {
			got = append(got, tag.entity)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", c.why, got, c.want)
		}
	}
}

func TestTheBotIsKnownByItsIdAndWithoutOneByItsName(t *testing.T) {
	t.Parallel()
	a := Activity{Recipient: Account{ID: "28:app", Name: "Challenge"}}
	for who, want := range map[Account]bool{
		{ID: "28:app"}: true, {ID: "28:APP"}: true, {ID: "app"}: true, {ID: "28:other"}: false, {ID: "29:app"}: false, {ID: "28:other", Name: "Challenge"}: false,
		{Name: "challenge"}: true, {Name: "Challenge", AADObjectID: "x"}: false, {}: false, {Name: "Maya"}: false,
	} {
		if got := a.isBot(who); got != want {
			t.Errorf("%+v: %v", who, got)
		}
	}
	if (Activity{}).isBot(Account{}) {
		t.Error("nobody is the bot where nobody is spoken to")
	}
}
