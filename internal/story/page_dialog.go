package story

import (
	"net/http"

	"challengebot/internal/practice"
)

// A dialog is shown on a page of its own, with the way back to the chat.

// opened keeps the window that an answer left open, and reports whether it did.
func (p *Page) opened(r *http.Request, a *practice.Answer) bool {
	delete(p.dialogs, r.PathValue("person"))
	if a.Dialog == nil || a.Dialog.Card() == nil {
		return false
	}
	p.dialogs[r.PathValue("person")] = a.Dialog
	return true
}

func (p *Page) dialog(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.person(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	p.showDialog(w, r, who, http.StatusOK, refilled{})
}

func (p *Page) showDialog(w http.ResponseWriter, r *http.Request, who *practice.Person, status int, again refilled) {
	id := r.PathValue("person")
	open := p.dialogs[id]
	if open == nil {
		http.Redirect(w, r, "/chat/"+id+"#end", http.StatusSeeOther)
		return
	}
	card, err := drawCard(open.Card(), "dialog-", again.typed, again.wrong)
	if err != nil {
		p.fail(w, err)
		return
	}
	card.Action = "/dialog/" + id + "/press"
	v := p.frame(r, who)
	v.Title, v.Dialog, v.Path = open.Title, &card, "/chat/"+id
	p.render(w, status, "dialog", v)
}

func (p *Page) pressInDialog(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := r.PathValue("person")
	who, ok := p.person(r)
	open := p.dialogs[id]
	if !ok || open == nil || r.ParseForm() != nil {
		http.NotFound(w, r)
		return
	}
	card, n, action, err := pressed([]*practice.Card{open.Card()}, r.PostForm)
	if err != nil {
		p.flash = flash{"That button is not there any more. Please look again.", true}
		http.Redirect(w, r, "/dialog/"+id, http.StatusSeeOther)
		return
	}
	typed := typedInto(card, action, r.PostForm)
	if wrong := card.Check(action, typed); len(wrong) > 0 {
		p.showDialog(w, r, who, http.StatusUnprocessableEntity, refilled{"", card, typed, wrong})
		return
	}
	ctx, cancel := doing(r)
	defer cancel()
	answer := open.Press(ctx, n, typed)
	p.heard(answer, p.world.Settle(ctx))
	if p.opened(r, answer) {
		http.Redirect(w, r, "/dialog/"+id, http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, "/chat/"+id+"#end", http.StatusSeeOther)
}
