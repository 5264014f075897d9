package pages

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"challengebot/internal/challenge"
	"challengebot/internal/register"
	"challengebot/internal/report"
	"challengebot/internal/signin"
	"challengebot/internal/storage"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

const (
	// pageSize is how many challenges one page lists.
	pageSize = 25
	// searchLimit is how long a search's id leads to its rows again; later the search is only filled in.
	searchLimit = time.Hour
	// maxTyped is how many characters of an input are looked at.
	maxTyped = 200
	searches = "search"
)

// search is what the register is searched by, as it was typed.
type search struct {
	Number, State, Team, Procedure, Stage, Person, From, To string
	// At is when it was sent.
	At time.Time
}

// isEmpty reports whether nothing is asked for.
func (s search) isEmpty() bool { s.At = time.Time{}; return s == search{} }

// searchOf reads a form.
func searchOf(c echo.Context, at time.Time) search {
	value := func(name string) string {
		typed := []rune(strings.TrimSpace(c.FormValue(name)))
		return string(typed[:min(len(typed), maxTyped)])
	}
	return search{Number: value("number"), State: value("state"), Team: value("team"), Procedure: value("procedure"), Stage: value("stage"),
		Person: value("person"), From: value("from"), To: value("to"), At: at}
}

// searchRegister takes a search and sends its reader to the rows, under an id that tells nobody what
// was searched by. Whoever has been signed out finds it again after signing in.
func (p *pages) searchRegister(c echo.Context) error {
	if !p.Prepared() {
		return errAway
	}
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, 64<<10)
	session, err := p.SignIn.Continue(c.Response(), c.Request())
	if session.Person == "" {
		return p.askToSignIn(c, session, err, "/register")
	}
	address := "/register"
	if s := searchOf(c, p.Now()); !s.isEmpty() {
		address += "?find=" + p.SignIn.SealFor(session.Person, searches, s)
	}
	if errors.Is(err, signin.ErrEnded) {
		v := signInView{To: address, Ended: true, Typed: address != "/register"}
		return p.render(c, http.StatusUnauthorized, "sign-in", view{Title: v.title(), Body: v})
	}
	return c.Redirect(http.StatusSeeOther, address)
}

// choice is one thing to choose.
type choice struct {
	Value, Title string
	Chosen       bool
}

// registerView is the register as its page is drawn.
type registerView struct {
	Sees   string
	Search search
	// Fields are the inputs with what was typed, and Faults what is wrong about them.
	Fields []field
	Faults []fault
	Rows   []row
	// Next leads to the next page; Later: this is not the first.
	Next                  string
	Later, SomeUnreadable bool
	Searched, TooOld      bool
	// Find is the search as the addresses of its files carry it.
	Find string
	AsOf string
}

// fault is something wrong about an input.
type fault struct{ Field, Text string }

// field is one input of the search.
type field struct {
	ID, Label, Value, Kind string
	Choices                []choice
	Fault                  string
}

// serveRegister shows a page of the register.
func (p *pages) serveRegister(c echo.Context, r reader) error {
	v := registerView{Sees: sees(r), AsOf: formatMoment(r.Env.Now.In(p.Calendar.Location()))}
	id := c.QueryParam("find")
	if id != "" && !p.SignIn.OpenFor(r.Person, searches, id, &v.Search) {
		return c.Redirect(http.StatusSeeOther, "/register") // somebody else's, or of before a new secret
	}
	v.Searched = !v.Search.isEmpty()
	v.TooOld = v.Searched && r.Env.Now.Sub(v.Search.At) > searchLimit
	if v.Searched {
		v.Find = "?find=" + id
	}
	q := p.readSearch(r, &v)
	status := http.StatusOK
	switch {
	case len(v.Faults) > 0:
		status = http.StatusUnprocessableEntity
	case !v.TooOld:
		q.After = register.ParsePlace(c.QueryParam("after"))
		v.Later = q.After != storage.RegisterPlace{}
		if err := p.readRows(c, r, q, id, &v); err != nil {
			return err
		}
	}
	drawn := p.viewOf(c, r, "Register of challenges", v)
	drawn.Wide = true
	if len(v.Faults) > 0 {
		drawn.Title = "Error: register of challenges"
	}
	return p.render(c, status, "register", drawn)
}

// readRows reads the rows of a page, each with its trail.
func (p *pages) readRows(c echo.Context, r reader, q storage.RegisterQuery, id string, v *registerView) error {
	ctx := c.Request().Context()
	page, err := r.ReadPage(ctx, q, pageSize)
	if err != nil {
		return err
	}
	names := report.NamesOf(r.Env.Directory)
	unreadable := page.Unreadable
	for _, found := range page.Rows {
		whole, err := p.Store.Load(ctx, storage.LookupKey{ID: found.Challenge.ID})
		switch {
		case errors.Is(err, storage.ErrUnreadable) && !errors.Is(err, storage.ErrUnavailable):
			unreadable = errors.Join(unreadable, err)
			continue
		case err != nil:
			return err
		}
		v.Rows = append(v.Rows, rowOf(report.CaseOf(whole, p.Calendar, names), whole.Challenge.State == challenge.StateHeldAtGate, r.Env.Now, p.Calendar))
	}
	if unreadable != nil {
		v.SomeUnreadable = true
		p.Logger.Error("something stored cannot be read and was left out of the register", "what", unreadable.Error())
	}
	if after := register.FormatPlace(page.Next); after != "" {
		v.Next = "/register?after=" + after
		if id != "" {
			v.Next += "&find=" + id
		}
	}
	return nil
}

// readSearch makes a query of what was typed, and the inputs as they are drawn again. What is not
// understood is marked, and nothing is searched.
func (p *pages) readSearch(r reader, v *registerView) storage.RegisterQuery {
	w, s := englishRegister(), v.Search
	q := storage.RegisterQuery{Reach: r.reach.RegisterReach}
	add := func(f field) {
		if f.Fault != "" {
			v.Faults = append(v.Faults, fault{f.ID, f.Fault})
		}
		v.Fields = append(v.Fields, f)
	}
	choose := func(id, label, value string, choices []choice) string {
		wrong, known := "", value == ""
		for i := range choices {
			choices[i].Chosen = choices[i].Value == value
			known = known || choices[i].Chosen
		}
		if !known {
			wrong = w.UnknownChoice
		}
		add(field{ID: id, Label: label, Kind: "choice", Choices: append([]choice{{Title: w.Any, Chosen: value == ""}}, choices...), Fault: wrong})
		return value
	}
	if ref, known := challenge.ParseReference(s.Number); known && strings.HasPrefix(strings.ToUpper(s.Number), "CH") {
		q.Ref = ref
	} else {
		q.RecordNumber = s.Number
	}
	add(field{ID: "number", Label: w.NumberLabel, Value: s.Number, Kind: "text"})
	state := choose("state", w.StateLabel, s.State, []choice{{Value: string(storage.RegisterOpen), Title: w.Open}, {Value: string(storage.RegisterEnded), Title: w.Ended}})
	q.State = storage.RegisterState(state)
	q.Team = choose("team", "Team", s.Team, r.teamChoices())
	q.Ladder = choose("procedure", w.ProcedureLabel, s.Procedure, r.procedureChoices())
	stage := choose("stage", w.StageLabel, s.Stage, r.stageChoices())
	if ladder, rung, given := strings.Cut(stage, "/"); given {
		if q.Ladder != "" && q.Ladder != ladder {
			v.Faults = append(v.Faults, fault{"stage", w.OtherProcedure})
			v.Fields[len(v.Fields)-1].Fault = w.OtherProcedure
		}
		q.Ladder, q.Rung = ladder, rung
	}
	add(p.readPerson(r, s.Person, w, &q))
	from, wrongFrom := readDay(s.From, w)
	add(field{ID: "from", Label: w.SinceLabel, Value: s.From, Kind: "date", Fault: wrongFrom})
	to, wrongTo := readDay(s.To, w)
	if wrongTo == "" && from != 0 && to != 0 && to < from {
		wrongTo = w.EndsBeforeItBegins
	}
	add(field{ID: "to", Label: w.UntilLabel, Value: s.To, Kind: "date", Fault: wrongTo})
	if from != 0 {
		q.RaisedFrom = from.Midnight(p.Calendar.Location())
	}
	if to != 0 {
		q.RaisedBefore = to.AddDays(1).Midnight(p.Calendar.Location())
	}
	return q
}

// readPerson finds who is meant by a name.
func (p *pages) readPerson(r reader, name string, w words.RegisterWords, q *storage.RegisterQuery) field {
	f := field{ID: "person", Label: w.PersonLabel, Value: name, Kind: "text"}
	if name == "" {
		return f
	}
	switch people := r.Env.Directory.PeopleNamed(name); len(people) {
	case 0:
		f.Fault = w.UnknownPerson
	case 1:
		q.Person = cmp.Or(people[0].Entra, "-") // without an account they have raised nothing
	default:
		f.Fault = w.SeveralPeople
	}
	return f
}

func readDay(typed string, w words.RegisterWords) (day workday.Date, wrong string) {
	if typed == "" {
		return 0, ""
	}
	day, err := workday.ParseDate(typed)
	if err != nil {
		return 0, w.UnknownDate
	}
	return day, ""
}

// teamChoices are the teams of which the reader may find challenges.
func (r reader) teamChoices() []choice {
	var all []choice
	for _, t := range r.Env.Directory.Teams() {
		if r.reach.Everything || r.facts.Raises || slices.Contains(r.reach.Teams, t.ID) {
			all = append(all, choice{Value: t.ID, Title: t.Name})
		}
	}
	return all
}

func (r reader) procedureChoices() []choice {
	var all []choice
	for _, l := range r.Ladders {
		all = append(all, choice{Value: l.ID, Title: l.Title})
	}
	return all
}

func (r reader) stageChoices() []choice {
	var all []choice
	for _, l := range r.Ladders {
		for _, rung := range l.Rungs {
			title := rung.Label
			if len(r.Ladders) > 1 {
				title = l.Title + ": " + title
			}
			all = append(all, choice{Value: l.ID + "/" + rung.ID, Title: title})
		}
	}
	return all
}

// englishRegister are the words of the register in English, as everything here is.
func englishRegister() words.RegisterWords { return words.ForLanguage("en").Register }

// sees says in a sentence what somebody's register holds.
func sees(r reader) string {
	w := englishRegister()
	var parts []string
	for _, part := range []struct {
		is   bool
		what string
	}{
		{r.facts.Raises || !r.facts.Oversees && !r.facts.Keeps, w.Raised}, {r.facts.Oversees, w.Overseen}, {r.facts.Keeps, w.Kept},
	} {
		if part.is {
			parts = append(parts, part.what)
		}
	}
	return strings.Replace(w.YouSee, "%s", strings.Join(parts, ", "), 1)
}
