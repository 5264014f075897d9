package practicepage

import (
	"errors"
	"net/http"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
	"challengebot/internal/record"
	"challengebot/internal/storage"
	"challengebot/internal/story"
)

func (p *Page) handleAuditList(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.newPageView(r, p.viewerFromForm(r))
	v.Title, v.Refs = "Audit trails", p.knownReferences()
	p.renderPage(w, http.StatusOK, "audits", v)
}

// knownReferences are all challenges that anybody was told of.
func (p *Page) knownReferences() []string {
	var refs []string
	take := func(ms []*practice.Message) {
		for _, m := range ms {
			for _, ref := range story.ReferencePattern.FindAllString(m.Summary(), -1) {
				if !slices.Contains(refs, ref) {
					refs = append(refs, ref)
				}
			}
		}
	}
	for _, ch := range p.world.Teams.Channels() {
		take(ch.Messages())
	}
	for _, who := range p.world.Teams.People() {
		take(who.Inbox())
	}
	return refs
}

func (p *Page) handleAudit(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.world.App.Store.Load(r.Context(), storage.LookupKey{Ref: r.PathValue("ref")})
	if errors.Is(err, storage.ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		p.failPage(w, err)
		return
	}
	v := p.newPageView(r, p.viewerFromForm(r))
	v.Title, v.Ref = "Audit trail of "+c.Challenge.Ref, c.Challenge.Ref
	v.Entries = record.Timeline(c, p.world.RecordNames(), p.world.Calendar.Location())
	_, broken := challenge.Replay(c.Challenge.ID, c.History)
	v.Unbroken = broken == nil
	p.renderPage(w, http.StatusOK, "audit", v)
}
