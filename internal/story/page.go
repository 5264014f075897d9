package story

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"challengebot/internal/practice"
)

//go:embed page.html page.css
var pageFiles embed.FS

// Page is the practice page: every person's chat, the channels, the clock and the
// audit trails of one world, as plain HTML without a script. One thing happens at a
// time, and before a page is shown the engine has done all that was due.
//
// It is for loopback only: it lets anybody who reaches it be anybody. A request
// that was not addressed to this machine by a loopback name, or that another site
// sent, is refused, so that no page on the internet can play through the reader's
// browser.
type Page struct {
	world *World
	pages *template.Template
	style []byte

	mu    sync.Mutex // one thing at a time
	flash flash
	// dialogs are the windows that are open, by the id of who looks at them.
	dialogs map[string]*practice.Dialog
	report  func(error) // told of what went wrong here; never nil
}

// flash is what must be said once, on the next page.
type flash struct {
	Text string
	Bad  bool
}

// NewPage makes the practice page of a world. report is told of its own faults.
func NewPage(w *World, report func(error)) (http.Handler, error) {
	p := &Page{world: w, report: report, dialogs: map[string]*practice.Dialog{}}
	var err error
	if p.style, err = pageFiles.ReadFile("page.css"); err != nil {
		return nil, err
	}
	if p.pages, err = template.New("page.html").ParseFS(pageFiles, "page.html"); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.start)
	mux.HandleFunc("GET /page.css", p.styleSheet)
	mux.HandleFunc("GET /chat/{person}", p.chat)
	mux.HandleFunc("POST /chat/{person}/say", p.say)
	mux.HandleFunc("POST /chat/{person}/press", p.press)
	mux.HandleFunc("GET /dialog/{person}", p.dialog)
	mux.HandleFunc("POST /dialog/{person}/press", p.pressInDialog)
	mux.HandleFunc("GET /channel/{team}", p.channel)
	mux.HandleFunc("POST /channel/{team}/say", p.sayInChannel)
	mux.HandleFunc("POST /clock", p.clock)
	mux.HandleFunc("GET /audit", p.audits)
	mux.HandleFunc("GET /audit/{ref}", p.audit)
	return guarded(mux), nil
}

// mostTyped bounds what one form may send, in bytes.
const mostTyped = 1 << 20

// guarded lets in only what this machine's own browser means.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopbackHost(r.Host) {
			http.Error(w, "This page answers on this machine only: open it as http://127.0.0.1 and its port.", http.StatusMisdirectedRequest)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !sameOrigin(r) {
			http.Error(w, "This came from another page. Go back and use the form of this one.", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, mostTyped)
		next.ServeHTTP(w, r)
	})
}

func loopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	return strings.EqualFold(name, "localhost") || net.ParseIP(name).IsLoopback()
}

// sameOrigin wants proof that the form was this page's: browsers send at least one
// of the two headers with every POST.
func sameOrigin(r *http.Request) bool {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	if site == "" && origin == "" {
		return false
	}
	return (site == "" || site == "same-origin") && (origin == "" || origin == "http://"+r.Host)
}

// doing is the context for what a person set going: it ends with its work, not when
// they close the window.
func doing(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.Context()), time.Minute)
}

func (p *Page) start(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/chat/"+p.world.Directory.People()[0].ID, http.StatusSeeOther)
}

func (p *Page) styleSheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(p.style) // the reader is gone if this fails
}

// person is whom a path names.
func (p *Page) person(r *http.Request) (*practice.Person, bool) {
	d, ok := p.world.Directory.ByID(r.PathValue("person"))
	if !ok {
		return nil, false
	}
	return p.world.Teams.Person(d.Entra), true
}

func (p *Page) chat(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.person(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	p.showChat(w, r, who, http.StatusOK, refilled{})
}

// refilled is a card that a client would not have sent: what was typed comes back.
type refilled struct {
	message string
	card    *practice.Card
	typed   practice.Inputs
	wrong   map[string]string
}

func (p *Page) showChat(w http.ResponseWriter, r *http.Request, who *practice.Person, status int, again refilled) {
	fresh := map[string]bool{}
	for _, n := range who.TakeNew() {
		fresh[n.ID] = true
	}
	v := p.frame(r, who)
	v.Title, v.Chat, v.Say = who.Name, true, "/chat/"+v.AsID+"/say"
	for _, m := range who.Chat() {
		shown, err := p.message(m, v.AsID, fresh[m.ID], again)
		if err != nil {
			p.fail(w, err)
			return
		}
		shown.Mine = m.From() == who.Name
		v.Messages = append(v.Messages, shown)
	}
	p.render(w, status, "chat", v)
}

func (p *Page) channel(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ch, who, ok := p.channelOf(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	fresh := map[string]bool{}
	for _, n := range ch.TakeNew() {
		fresh[n.ID] = true
	}
	v := p.frame(r, who)
	v.Title, v.ChannelID, v.Say = ch.Name, r.PathValue("team"), "/channel/"+r.PathValue("team")+"/say"
	for _, m := range ch.SeenBy(who) {
		shown, err := p.message(m, v.AsID, fresh[m.ID], refilled{})
		if err != nil {
			p.fail(w, err)
			return
		}
		shown.Mine, shown.Alone = m.From() == who.Name, m.ForOnly() != ""
		v.Messages = append(v.Messages, shown)
	}
	p.render(w, http.StatusOK, "chat", v)
}

// channelOf is the channel that a path names, and who looks at it.
func (p *Page) channelOf(r *http.Request) (*practice.Channel, *practice.Person, bool) {
	team, ok := p.world.Directory.Team(r.PathValue("team"))
	if !ok || team.Channel == "" {
		return nil, nil, false
	}
	return p.world.Teams.Channel(team.Channel), p.viewer(r), true
}

// viewer is who looks at a page that belongs to nobody.
func (p *Page) viewer(r *http.Request) *practice.Person {
	d, ok := p.world.Directory.ByID(r.FormValue("as"))
	if !ok {
		d = p.world.Directory.People()[0]
	}
	return p.world.Teams.Person(d.Entra)
}

func (p *Page) say(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.person(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if text := strings.TrimSpace(r.FormValue("text")); text != "" {
		ctx, cancel := doing(r)
		defer cancel()
		p.heard(who.Says(ctx, text), p.world.Settle(ctx))
	}
	http.Redirect(w, r, "/chat/"+r.PathValue("person")+"#end", http.StatusSeeOther)
}

func (p *Page) sayInChannel(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ch, who, ok := p.channelOf(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if text := strings.TrimSpace(r.FormValue("text")); text != "" {
		ctx, cancel := doing(r)
		defer cancel()
		p.heard(who.SaysIn(ctx, ch.Name, text, practice.Mention), p.world.Settle(ctx))
	}
	as := url.QueryEscape(p.idOf(who))
	http.Redirect(w, r, "/channel/"+r.PathValue("team")+"?as="+as+"#end", http.StatusSeeOther)
}

// heard keeps what is to be said after something reached the bot.
func (p *Page) heard(a *practice.Answer, settled error) {
	switch {
	case a.Err != nil:
		p.flash = flash{"Something went wrong. Please try again. (Teams shows no more than that; the bot answered " + http.StatusText(a.Status) + ".)", true}
		p.report(a.Err)
	case settled != nil:
		p.flash = flash{"The bot could not do all that was due.", true}
		p.report(settled)
	case a.Notice != "":
		p.flash = flash{Text: a.Notice}
	}
}

func (p *Page) press(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.person(r)
	if !ok || r.ParseForm() != nil {
		http.NotFound(w, r)
		return
	}
	m, seen := who.Message(r.PostFormValue("message"))
	if !seen {
		p.flash = flash{"That message is gone.", true}
		http.Redirect(w, r, "/chat/"+r.PathValue("person"), http.StatusSeeOther)
		return
	}
	card, n, action, err := pressed(m.Cards(), r.PostForm)
	if err != nil {
		p.flash = flash{"That button is not there any more. Please look again.", true}
		http.Redirect(w, r, "/chat/"+r.PathValue("person")+"#m"+m.ID, http.StatusSeeOther)
		return
	}
	typed := typedInto(card, action, r.PostForm)
	if wrong := card.Check(action, typed); len(wrong) > 0 {
		p.showChat(w, r, who, http.StatusUnprocessableEntity, refilled{m.ID, card, typed, wrong})
		return
	}
	ctx, cancel := doing(r)
	defer cancel()
	answer := m.Press(ctx, who, card, n, typed)
	p.heard(answer, p.world.Settle(ctx))
	if p.opened(r, answer) {
		http.Redirect(w, r, "/dialog/"+r.PathValue("person"), http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, "/chat/"+r.PathValue("person")+"#m"+m.ID, http.StatusSeeOther)
}

var errNoButton = errors.New("there is no such button")

// pressed finds the card and the button that a form means.
func pressed(cards []*practice.Card, form url.Values) (*practice.Card, int, practice.Action, error) {
	i := slices.IndexFunc(cards, func(c *practice.Card) bool { return markOf(c) == form.Get("card") })
	if i < 0 {
		return nil, 0, practice.Action{}, errNoButton
	}
	actions := cards[i].Actions()
	for n, a := range actions {
		if form.Get("press") == buttonValue(n) && !a.Disabled {
			return cards[i], n, a, nil
		}
	}
	return nil, 0, practice.Action{}, errNoButton
}

// typedInto are the values of the fields that the button sends.
func typedInto(c *practice.Card, a practice.Action, form url.Values) practice.Inputs {
	typed := practice.Inputs{}
	for _, in := range c.Gathers(a) {
		values, sent := form[inputName+in.ID]
		switch {
		case in.Multi:
			typed[in.ID] = strings.Join(values, ",")
		case in.Type == "Input.Toggle" && !sent:
			delete(typed, in.ID)
		case sent:
			typed[in.ID] = strings.ReplaceAll(values[0], "\r\n", "\n")
		}
	}
	return typed
}

func (p *Page) idOf(who *practice.Person) string {
	d, _ := p.world.Directory.ByEntra(who.ID)
	return d.ID
}

// render writes a page whole or not at all.
func (p *Page) render(w http.ResponseWriter, status int, name string, v view) {
	var b bytes.Buffer
	if err := p.pages.ExecuteTemplate(&b, name, v); err != nil {
		p.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the reader is gone if this fails
}

func (p *Page) fail(w http.ResponseWriter, err error) {
	p.report(err)
	http.Error(w, "The page could not be made; what went wrong stands in the terminal.", http.StatusInternalServerError)
}
