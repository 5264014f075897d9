package practicepage

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"challengebot/internal/directory"
	"challengebot/internal/practice"
	"challengebot/internal/record"
	"challengebot/internal/story"
	"challengebot/internal/workday"
)

// pageView is what the templates show.
type pageView struct {
	Title     string
	Authority string
	Clock     clockView
	People    []sidebarEntry
	Channels  []sidebarEntry
	As, AsID  string
	Role      string
	Path      string // where the clock's buttons lead back to
	Flash     flash
	Faults    []string // what Teams would not have accepted of the bot

	Chat      bool // else a channel
	ChannelID string
	Say       string
	Messages  []messageView
	Dialog    *drawnCard

	Refs     []string
	Ref      string
	Entries  []record.Entry
	Unbroken bool
}

type clockView struct {
	Day, Time, NextDue string
	HasNext            bool
}

// sidebarEntry is a person or a channel at the side of the page.
type sidebarEntry struct {
	ID, Name, Role, Initials, Link string
	Unread                         int
	Current                        bool
}

// messageView is one message in a chat.
type messageView struct {
	ID, From, When, Text string
	Mine, Fresh, Alone   bool // Alone: nobody else sees it
	Card                 *drawnCard
	Refs                 []string
}

// newPageView is what every page has.
func (p *Page) newPageView(r *http.Request, who *practice.Person) pageView {
	v := pageView{As: who.Name, AsID: p.directoryID(who), Authority: p.world.Directory.Authority(), Flash: p.flash, Path: r.URL.Path}
	v.Role = p.roleInWords(who)
	if r.Method != http.MethodGet { // a form that came back: its own address answers no GET
		v.Path = "/chat/" + v.AsID
	}
	if r.URL.RawQuery != "" && r.Method == http.MethodGet {
		v.Path += "?as=" + url.QueryEscape(v.AsID)
	}
	p.flash = flash{}
	now := p.world.Clock.Now().In(p.world.Calendar.Location())
	v.Clock = clockView{Day: today(p.world).FormatLong(), Time: now.Format("15:04 MST")}
	if due, ok, err := p.world.NextDue(r.Context()); err == nil && ok {
		v.Clock.NextDue, v.Clock.HasNext = due.In(p.world.Calendar.Location()).Format("Mon 2 Jan, 15:04"), true
	}
	for _, q := range p.world.Teams.People() {
		id := p.directoryID(q)
		v.People = append(v.People, sidebarEntry{ID: id, Name: q.Name, Role: p.roleInWords(q), Initials: initials(q.Name), Link: "/chat/" + id,
			Unread: q.UnreadCount(), Current: q == who && r.PathValue("person") != ""})
	}
	for _, t := range p.world.Directory.Teams() {
		if t.Channel != "" {
			v.Channels = append(v.Channels, sidebarEntry{ID: t.ID, Name: t.Name, Link: "/channel/" + t.ID + "?as=" + url.QueryEscape(v.AsID),
				Unread: p.world.Teams.Channel(t.Channel).UnreadCount(), Current: r.PathValue("team") == t.ID})
		}
	}
	for _, f := range p.world.Teams.Violations() {
		v.Faults = append(v.Faults, f.String())
	}
	return v
}

// mentionReplacer puts a mention as readers see it.
var mentionReplacer = strings.NewReplacer("<at>", "@", "</at>", "")

// newMessageView is one message with its card drawn.
func (p *Page) newMessageView(m *practice.Message, as string, fresh bool, again refilledCard) (messageView, error) {
	v := messageView{ID: m.ID, From: m.SenderName(), Text: mentionReplacer.Replace(m.Text()), Fresh: fresh,
		When: m.SentAt().In(p.world.Calendar.Location()).Format("Mon 2 Jan, 15:04")}
	v.Refs = story.ReferencePattern.FindAllString(m.Summary(), 1)
	card, typed, wrong := m.Card(), practice.Inputs(nil), map[string]string(nil)
	if again.messageID == m.ID {
		card, typed, wrong = again.card, again.typed, again.errors
	}
	if card == nil {
		return v, nil
	}
	drawn, err := drawCard(card, "f"+m.ID+"-", typed, wrong)
	drawn.Message, drawn.Action = m.ID, "/chat/"+as+"/press"
	v.Card = &drawn
	return v, err
}

// roleInWords is what somebody does, for the side of the page: the roles of the first
// place where they have any, in words.
func (p *Page) roleInWords(who *practice.Person) string {
	d := p.world.Directory
	on := today(p.world)
	var words []string
	for _, l := range p.world.Ladders {
		for _, use := range l.RolesNeeded() {
			words = appendRole(words, d, who.ID, use.Role, l.RoleLabel(use.Role), on)
		}
		for _, role := range append(l.RaiserRoles(), directory.RoleOversight) {
			words = appendRole(words, d, who.ID, role, l.RoleLabel(role), on)
		}
		if len(words) > 0 {
			break
		}
	}
	return strings.Join(words[:min(len(words), 2)], ", ")
}

func initials(name string) string {
	var b strings.Builder
	for _, word := range strings.Fields(name) {
		b.WriteString(word[:1])
	}
	return b.String()
}

// buttonValue is what a button of a card sends as "press".
func buttonValue(n int) string { return strconv.Itoa(n) }

func appendRole(words []string, d *directory.Directory, entra string, role directory.Role, label string, on workday.Date) []string {
	if slices.Contains(words, label) {
		return words
	}
	for _, scope := range append(d.AllScopes(), directory.Scope{}) {
		if d.MayActIn(entra, role, scope, on) {
			return append(words, label)
		}
	}
	return words
}

// keepDialog keeps the window that an answer left open, and reports whether it did.
func (p *Page) keepDialog(r *http.Request, a *practice.Answer) bool {
	delete(p.dialogs, r.PathValue("person"))
	if a.Dialog == nil || a.Dialog.Card() == nil {
		return false
	}
	p.dialogs[r.PathValue("person")] = a.Dialog
	return true
}

// Page is the practice page of one world.
type Page struct {
	world     *story.World
	templates *template.Template
	css       []byte

	mu    sync.Mutex // one thing at a time
	flash flash
	// dialogs are the windows that are open, by the id of who looks at them.
	dialogs     map[string]*practice.Dialog
	reportError func(error) // told of what went wrong here; never nil
}

// flash is what must be said once, on the next page.
type flash struct {
	Text string
	Bad  bool
}

// refilledCard is a card that a client would not have sent: what was typed comes back.
type refilledCard struct {
	messageID string
	card      *practice.Card
	typed     practice.Inputs
	errors    map[string]string
}

func (p *Page) directoryID(who *practice.Person) string {
	d, _ := p.world.Directory.PersonByEntra(who.ID)
	return d.ID
}

func today(w *story.World) workday.Date { return w.Calendar.DateOf(w.Clock.Now()) }
