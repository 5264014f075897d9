package story

import (
	"errors"
	"net/http"
	"regexp"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
	"challengebot/internal/record"
)

var reference = regexp.MustCompile(`CH-[0-9A-Z]{6}`)

func (p *Page) audits(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.frame(r, p.viewer(r))
	v.Title, v.Refs = "Audit trails", p.references()
	p.render(w, http.StatusOK, "audits", v)
}

// references are all challenges that anybody was told of.
func (p *Page) references() []string {
	var refs []string
	take := func(ms []*practice.Message) {
		for _, m := range ms {
			for _, ref := range reference.FindAllString(m.Summary(), -1) {
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

func (p *Page) audit(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.world.App.Store.Load(r.Context(), challenge.Key{Ref: r.PathValue("ref")})
	if errors.Is(err, challenge.ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		p.fail(w, err)
		return
	}
	v := p.frame(r, p.viewer(r))
	v.Title, v.Ref = "Audit trail of "+c.Challenge.Ref, c.Challenge.Ref
	v.Entries = record.Timeline(c, p.world.names(), p.world.Calendar.Location())
	_, broken := challenge.Replay(c.Challenge.ID, c.History)
	v.Unbroken = broken == nil
	p.render(w, http.StatusOK, "audit", v)
}

// names are the directory's words for a timeline.
func (w *World) names() record.Names {
	return record.Names{
		Team:   func(id string) string { t, _ := w.Directory.Team(id); return t.Name },
		Person: func(entra string) string { p, _ := w.Directory.ByEntra(entra); return p.Name },
	}
}
