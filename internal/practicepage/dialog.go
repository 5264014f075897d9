package practicepage

import (
	"net/http"

	"challengebot/internal/practice"
)

// A dialog is shown on a page of its own, with the way back to the chat.

func (p *Page) handleDialog(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.personFromPath(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	p.showDialog(w, r, who, http.StatusOK, refilledCard{})
}

func (p *Page) showDialog(w http.ResponseWriter, r *http.Request, who *practice.Person, status int, again refilledCard) {
	id := r.PathValue("person")
	open := p.dialogs[id]
	if open == nil {
		http.Redirect(w, r, "/chat/"+id+"#end", http.StatusSeeOther)
		return
	}
	card, err := drawCard(open.Card(), "dialog-", again.typed, again.errors)
	if err != nil {
		p.failPage(w, err)
		return
	}
	card.Action = "/dialog/" + id + "/press"
	v := p.newPageView(r, who)
	v.Title, v.Dialog, v.Path = open.Title, &card, "/chat/"+id
	p.renderPage(w, status, "dialog", v)
}

func (p *Page) handlePressInDialog(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := r.PathValue("person")
	who, ok := p.personFromPath(r)
	open := p.dialogs[id]
	if !ok || open == nil || r.ParseForm() != nil {
		http.NotFound(w, r)
		return
	}
	card, n, action, err := findPressedButton([]*practice.Card{open.Card()}, r.PostForm)
	if err != nil {
		p.flash = flash{"That button is not there any more. Please look again.", true}
		http.Redirect(w, r, "/dialog/"+id, http.StatusSeeOther)
		return
	}
	typed := submittedInputs(card, action, r.PostForm)
	if wrong := card.ValidateInputs(action, typed); len(wrong) > 0 {
		p.showDialog(w, r, who, http.StatusUnprocessableEntity, refilledCard{"", card, typed, wrong})
		return
	}
	ctx, cancel := workContext(r)
	defer cancel()
	answer := open.PressButton(ctx, n, typed)
	p.flashResult(answer, p.world.Settle(ctx))
	if p.keepDialog(r, answer) {
		http.Redirect(w, r, "/dialog/"+id, http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, "/chat/"+id+"#end", http.StatusSeeOther)
}
