package practicepage

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"challengebot/internal/practice"
)

//go:embed page.html page.css
var pageFiles embed.FS

// maxFormSize bounds what one form may send, in bytes.
const maxFormSize = 1 << 20

// requireLoopback lets in only what this machine's own browser means.
func requireLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopbackHost(r.Host) {
			http.Error(w, "This page answers on this machine only: open it as http://127.0.0.1 and its port.", http.StatusMisdirectedRequest)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !isSameOrigin(r) {
			http.Error(w, "This came from another page. Go back and use the form of this one.", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxFormSize)
		next.ServeHTTP(w, r)
	})
}

func isLoopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	return name == "localhost" || net.ParseIP(name).IsLoopback()
}

// isSameOrigin wants proof that the form was this page's: browsers send at least one
// of the two headers with every POST.
func isSameOrigin(r *http.Request) bool {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	if site == "" && origin == "" {
		return false
	}
	return (site == "" || site == "same-origin") && (origin == "" || origin == "http://"+r.Host)
}

// workContext is the context for what a person set going: it ends with its work, not when
// they close the window.
func workContext(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.Context()), time.Minute)
}

func (p *Page) redirectToFirstChat(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/chat/"+p.world.Directory.People()[0].ID, http.StatusSeeOther)
}

func (p *Page) handleStyleSheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(p.css) // the reader is gone if this fails
}

// personFromPath is whom a path names.
func (p *Page) personFromPath(r *http.Request) (*practice.Person, bool) {
	d, ok := p.world.Directory.PersonByID(r.PathValue("person"))
	if !ok {
		return nil, false
	}
	return p.world.Teams.Person(d.Entra), true
}

func (p *Page) handleChat(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.personFromPath(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	p.showChat(w, r, who, http.StatusOK, refilledCard{})
}

func (p *Page) showChat(w http.ResponseWriter, r *http.Request, who *practice.Person, status int, again refilledCard) {
	fresh := map[string]bool{}
	for _, n := range who.TakeNew() {
		fresh[n.ID] = true
	}
	v := p.newPageView(r, who)
	v.Title, v.Chat, v.Say = who.Name, true, "/chat/"+v.AsID+"/say"
	for _, m := range who.ChatMessages() {
		shown, err := p.newMessageView(m, v.AsID, fresh[m.ID], again)
		if err != nil {
			p.failPage(w, err)
			return
		}
		shown.Mine = m.SenderName() == who.Name
		v.Messages = append(v.Messages, shown)
	}
	p.renderPage(w, status, "chat", v)
}

func (p *Page) handleChannel(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ch, who, ok := p.channelFromPath(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	fresh := map[string]bool{}
	for _, n := range ch.TakeNew() {
		fresh[n.ID] = true
	}
	v := p.newPageView(r, who)
	v.Title, v.ChannelID, v.Say = ch.Name, r.PathValue("team"), "/channel/"+r.PathValue("team")+"/say"
	for _, m := range ch.MessagesFor(who) {
		shown, err := p.newMessageView(m, v.AsID, fresh[m.ID], refilledCard{})
		if err != nil {
			p.failPage(w, err)
			return
		}
		shown.Mine, shown.Alone = m.SenderName() == who.Name, m.ReaderName() != ""
		v.Messages = append(v.Messages, shown)
	}
	p.renderPage(w, http.StatusOK, "chat", v)
}

// channelFromPath is the channel that a path names, and who looks at it.
func (p *Page) channelFromPath(r *http.Request) (*practice.Channel, *practice.Person, bool) {
	team, ok := p.world.Directory.TeamByID(r.PathValue("team"))
	if !ok || team.Channel == "" {
		return nil, nil, false
	}
	return p.world.Teams.Channel(team.Channel), p.viewerFromForm(r), true
}

// viewerFromForm is who looks at a page that belongs to nobody.
func (p *Page) viewerFromForm(r *http.Request) *practice.Person {
	d, ok := p.world.Directory.PersonByID(r.FormValue("as"))
	if !ok {
		d = p.world.Directory.People()[0]
	}
	return p.world.Teams.Person(d.Entra)
}

func (p *Page) handleSay(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.personFromPath(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if text := strings.TrimSpace(r.FormValue("text")); text != "" {
		ctx, cancel := workContext(r)
		defer cancel()
		p.flashResult(who.Says(ctx, text), p.world.Settle(ctx))
	}
	http.Redirect(w, r, "/chat/"+r.PathValue("person")+"#end", http.StatusSeeOther)
}

func (p *Page) handleSayInChannel(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ch, who, ok := p.channelFromPath(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if text := strings.TrimSpace(r.FormValue("text")); text != "" {
		ctx, cancel := workContext(r)
		defer cancel()
		p.flashResult(who.SaysIn(ctx, ch.Name, text, practice.Mention), p.world.Settle(ctx))
	}
	as := url.QueryEscape(p.directoryID(who))
	http.Redirect(w, r, "/channel/"+r.PathValue("team")+"?as="+as+"#end", http.StatusSeeOther)
}

// flashResult keeps what is to be said after something reached the bot.
func (p *Page) flashResult(a *practice.Answer, settled error) {
	switch {
	case a.Err != nil:
		p.flash = flash{"Something went wrong. Please try again. (Teams shows no more than that; the bot answered " + http.StatusText(a.Status) + ".)", true}
		p.reportError(a.Err)
	case settled != nil:
		p.flash = flash{"The bot could not do all that was due.", true}
		p.reportError(settled)
	case a.Text != "":
		p.flash = flash{Text: a.Text}
	}
}

func (p *Page) handlePress(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.personFromPath(r)
	if !ok || r.ParseForm() != nil {
		http.NotFound(w, r)
		return
	}
	m, seen := who.FindMessage(r.PostFormValue("message"))
	if !seen {
		p.flash = flash{"That message is gone.", true}
		http.Redirect(w, r, "/chat/"+r.PathValue("person"), http.StatusSeeOther)
		return
	}
	card, n, action, err := findPressedButton(m.ShownCards(), r.PostForm)
	if err != nil {
		p.flash = flash{"That button is not there any more. Please look again.", true}
		http.Redirect(w, r, "/chat/"+r.PathValue("person")+"#m"+m.ID, http.StatusSeeOther)
		return
	}
	typed := submittedInputs(card, action, r.PostForm)
	if wrong := card.ValidateInputs(action, typed); len(wrong) > 0 {
		p.showChat(w, r, who, http.StatusUnprocessableEntity, refilledCard{m.ID, card, typed, wrong})
		return
	}
	ctx, cancel := workContext(r)
	defer cancel()
	answer := m.PressButton(ctx, who, card, n, typed)
	p.flashResult(answer, p.world.Settle(ctx))
	if p.keepDialog(r, answer) {
		http.Redirect(w, r, "/dialog/"+r.PathValue("person"), http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, "/chat/"+r.PathValue("person")+"#m"+m.ID, http.StatusSeeOther)
}

var errNoButton = errors.New("there is no such button")

// findPressedButton finds the card and the button that a form means.
func findPressedButton(cards []*practice.Card, form url.Values) (*practice.Card, int, practice.Button, error) {
	i := slices.IndexFunc(cards, func(c *practice.Card) bool { return cardMark(c) == form.Get("card") })
	if i < 0 {
		return nil, 0, practice.Button{}, errNoButton
	}
	actions := cards[i].Buttons()
	for n, a := range actions {
		if form.Get("press") == buttonValue(n) && !a.Disabled {
			return cards[i], n, a, nil
		}
	}
	return nil, 0, practice.Button{}, errNoButton
}

// submittedInputs are the values of the fields that the button sends.
func submittedInputs(c *practice.Card, a practice.Button, form url.Values) practice.Inputs {
	typed := practice.Inputs{}
	for _, in := range c.SubmittedInputs(a) {
		values, sent := form[inputNamePrefix+in.ID]
		switch {
		case in.MultiSelect:
			typed[in.ID] = strings.Join(values, ",")
		case in.Type == "Input.Toggle" && !sent:
			delete(typed, in.ID)
		case sent:
			typed[in.ID] = strings.ReplaceAll(values[0], "\r\n", "\n")
		}
	}
	return typed
}

// renderPage writes a page whole or not at all.
func (p *Page) renderPage(w http.ResponseWriter, status int, name string, v pageView) {
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, v); err != nil {
		p.failPage(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the reader is gone if this fails
}

func (p *Page) failPage(w http.ResponseWriter, err error) {
	p.reportError(err)
	http.Error(w, "The page could not be made; what went wrong stands in the terminal.", http.StatusInternalServerError)
}
