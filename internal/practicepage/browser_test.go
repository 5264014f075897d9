package practicepage

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"challengebot/internal/ladder"
	"challengebot/internal/localpg"
	"challengebot/internal/postgres"
	"challengebot/internal/story"
)

// browser is somebody's browser with the practice page open: it follows links,
// fills in forms and submits them as a browser without scripts does.
type browser struct {
	t        *testing.T
	page     http.Handler
	document *html.Node
	text     string
	code     int
}

// newDatabase is a migrated database of the test's own.
func newDatabase(t *testing.T) string {
	t.Helper()
	return localpg.NewTestDatabase(t, postgres.SchemaFingerprint(), postgres.Migrate)
}

// openPage opens the page of a world with the demonstration's ladder.
func openPage(t *testing.T) *browser {
	t.Helper()
	l, err := ladder.LoadShipped(story.DemoLadder)
	if err != nil {
		t.Fatal(err)
	}
	w, err := story.Open(t.Context(), story.Options{DatabaseURL: newDatabase(t), Ladders: []*ladder.Ladder{l}, Errorf: t.Errorf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	page, err := New(w, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, page: page}
}

const pageHost = "127.0.0.1:8733"

func (b *browser) send(r *http.Request) {
	b.t.Helper()
	r.Host = pageHost
	rec := httptest.NewRecorder()
	b.page.ServeHTTP(rec, r)
	if rec.Code == http.StatusSeeOther {
		b.open(rec.Header().Get("Location"))
		return
	}
	body, err := io.ReadAll(rec.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.document, err = html.Parse(strings.NewReader(string(body))); err != nil {
		b.t.Fatal(err)
	}
	b.code, b.text = rec.Code, strings.Join(strings.Fields(visibleWords(b.document)), " ")
}

func (b *browser) open(path string) {
	b.t.Helper()
	path, _, _ = strings.Cut(path, "#")
	b.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (b *browser) post(path string, form url.Values) {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://"+pageHost)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	b.send(r)
}

// press fills in the last form that has the button and submits it by that button.
// An input is named by its label's first words.
func (b *browser) press(button string, fields map[string]string) {
	b.t.Helper()
	var form, pressed *html.Node
	for n := range b.document.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" {
			for in := range n.Descendants() {
				if in.Data == "button" && strings.Join(strings.Fields(visibleWords(in)), " ") == button {
					form, pressed = n, in
				}
			}
		}
	}
	if form == nil {
		b.t.Fatalf("there is no button %q on:\n%s", button, b.text)
	}
	values := formValues(form)
	for name, value := range fields {
		values[name] = strings.Split(value, "|")
	}
	if name := attribute(pressed, "name"); name != "" {
		values.Set(name, attribute(pressed, "value"))
	}
	b.post(attribute(form, "action"), values)
}

// formValues are the values that a form sends if nobody touches it.
func formValues(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if name == "" {
			continue
		}
		switch n.Data {
		case "input":
			if kind := attribute(n, "type"); (kind == "checkbox" || kind == "radio") && !hasAttribute(n, "checked") {
				continue
			}
			values.Add(name, attribute(n, "value"))
		case "textarea":
			values.Add(name, strings.TrimPrefix(visibleWords(n), "\n"))
		case "select":
			chosen := ""
			for o := range n.Descendants() {
				if o.Data == "option" && (chosen == "" || hasAttribute(o, "selected")) {
					chosen = attribute(o, "value")
				}
			}
			values.Add(name, chosen)
		}
	}
	return values
}

func attribute(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func hasAttribute(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func visibleWords(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// expectShown fails unless the page holds all of the words.
func (b *browser) expectShown(code int, all ...string) {
	b.t.Helper()
	if b.code != code {
		b.t.Errorf("status %d, want %d", b.code, code)
	}
	for _, w := range all {
		if !strings.Contains(b.text, w) {
			b.t.Errorf("%q is missing on:\n%s", w, b.text)
		}
	}
}

func (b *browser) expectNotShown(all ...string) {
	b.t.Helper()
	for _, w := range all {
		if strings.Contains(b.text, w) {
			b.t.Errorf("%q stands on:\n%s", w, b.text)
		}
	}
}
