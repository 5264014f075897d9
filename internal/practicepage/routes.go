package practicepage

import (
	"html/template"
	"net/http"

	"challengebot/internal/practice"
	"challengebot/internal/story"
)

// New makes the practice page of a world. report is told of its own faults.
func New(w *story.World, report func(error)) (http.Handler, error) {
	p := &Page{world: w, reportError: report, dialogs: map[string]*practice.Dialog{}}
	var err error
	if p.css, err = pageFiles.ReadFile("page.css"); err != nil {
		return nil, err
	}
	if p.templates, err = template.New("page.html").ParseFS(pageFiles, "page.html"); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.redirectToFirstChat)
	mux.HandleFunc("GET /page.css", p.handleStyleSheet)
	mux.HandleFunc("GET /chat/{person}", p.handleChat)
	mux.HandleFunc("POST /chat/{person}/say", p.handleSay)
	mux.HandleFunc("POST /chat/{person}/press", p.handlePress)
	mux.HandleFunc("GET /dialog/{person}", p.handleDialog)
	mux.HandleFunc("POST /dialog/{person}/press", p.handlePressInDialog)
	mux.HandleFunc("GET /channel/{team}", p.handleChannel)
	mux.HandleFunc("POST /channel/{team}/say", p.handleSayInChannel)
	mux.HandleFunc("POST /clock", p.handleClock)
	mux.HandleFunc("GET /audit", p.handleAuditList)
	mux.HandleFunc("GET /audit/{ref}", p.handleAudit)
	return requireLoopback(mux), nil
}
