package ladder

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzRead holds Read, Lint, Page and Mermaid to their promise: whatever the bytes,
// an answer and no panic, and what was read comes back from its JSON unchanged.
func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add(Template("fuzz", "Title", "Authority"))
	for _, id := range Shipped() {
		text, err := ShippedText(id)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	calendar := calendarUntil("2026-12-31")
	f.Fuzz(func(t *testing.T, data []byte) {
		Lint("f.yaml", data, LintContext{RoleHeld: func(Role) bool { return false }, Calendar: calendar, Today: "2026-04-01", RemindBefore: 1})
		l, err := Read("f.yaml", data)
		if (l == nil) == (err == nil) {
			t.Fatalf("ladder %v with error %v", l, err)
		}
		if err != nil {
			return
		}
		if Page(l) == "" || Mermaid(l) == "" {
			t.Error("nothing to show")
		}
		text, err := l.JSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := FromJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		if found := Diff(l, back); len(found) > 0 {
			t.Errorf("differs from itself: %v", found)
		}
		if l.Digest() != back.Digest() {
			t.Errorf("changed by its JSON (-want +got):\n%s", cmp.Diff(l, back))
		}
	})
}

func TestFromJSONRefusesWhatIsNotALadder(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", "null", `{"ladder":"x"}`, `{"ladder":"x","rungs":[{"id":"a"}],"new":1}`, `{"ladder":"x","rungs":[{"id":"a"}]} {}`, `{"ladder":"x","rungs":[{"id":"a","kind":"exceptional"}]}`, `{"ladder":"x","rungs":[{"id":"a","window":"soon"}]}`} {
		if l, err := FromJSON([]byte(text)); err == nil {
			t.Errorf("%s was read as %+v", text, l)
		}
	}
}
