package pages

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"io"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"challengebot/internal/challenge"
	"challengebot/internal/permission"
	"challengebot/internal/report"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// format is one in which a document is taken along.
type format struct {
	kind  string
	write func(report.Document, io.Writer) error
}

// formats by the ending of the address. The bytes are those that the command line writes.
var formats = map[string]format{
	"xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", report.Document.WriteXLSX},
	"csv":  {"text/csv; charset=utf-8", report.Document.WriteCSV},
}

// maxReadsAtOnce is how many documents over all challenges are made at the same time; the others wait.
const maxReadsAtOnce = 2

// casesFor are the challenges that the reader finds in the register, of those that a query chooses;
// all of them without a query. What cannot be read leaves nothing out unseen: then there is an error.
func (p *pages) casesFor(ctx context.Context, r reader, q *storage.RegisterQuery) ([]report.Case, error) {
	select {
	case p.reads <- struct{}{}:
		defer func() { <-p.reads }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var chosen map[uuid.UUID]bool
	if q != nil {
		chosen = map[uuid.UUID]bool{}
		for more := true; more; {
			page, err := r.ReadPage(ctx, *q, pageSize)
			if err = errors.Join(err, page.Unreadable); err != nil {
				return nil, err
			}
			for _, c := range page.Rows {
				chosen[c.Challenge.ID] = true
			}
			q.After, more = page.Next, page.Next != storage.RegisterPlace{}
		}
	}
	names := report.NamesOf(r.Env.Directory)
	var cases []report.Case
	err := p.Store.EachChallenge(ctx, func(s challenge.Snapshot) {
		if (q == nil || chosen[s.Challenge.ID]) && s.RightsOf(r.Person, r.Env).FindInRegister {
			cases = append(cases, report.CaseOf(s, p.Calendar, names))
		}
	})
	report.SortCases(cases)
	return cases, err
}

// serveRegisterFile gives the rows that a search chooses, on all pages, as a file.
func (p *pages) serveRegisterFile(ending string) func(echo.Context, reader) error {
	return func(c echo.Context, r reader) error {
		var v registerView
		id := c.QueryParam("find")
		if id != "" && !p.SignIn.OpenFor(r.Person, searches, id, &v.Search) {
			return &notShown{reader: r}
		}
		q := p.readSearch(r, &v)
		if len(v.Faults) > 0 {
			return &notShown{reader: r}
		}
		chosen := &q
		if v.Search.isEmpty() {
			chosen = nil
		}
		cases, err := p.casesFor(c.Request().Context(), r, chosen)
		if err != nil {
			return err
		}
		return sendFile(c, "register", ending, report.Register(cases, r.Env.Now, p.Calendar.Location()))
	}
}

// sendFile sends a document whole or not at all.
func sendFile(c echo.Context, name, ending string, d report.Document) error {
	var b bytes.Buffer
	if err := formats[ending].write(d, &b); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+"."+ending+`"`)
	return c.Blob(http.StatusOK, formats[ending].kind, b.Bytes())
}

// reportView is the page of figures.
type reportView struct {
	From, To   field
	Faults     []fault
	Everything bool
	Period     string // of the address of its files
	Sections   template.HTML
}

// serveReport shows the figures of a period, of the challenges that the reader finds in the register.
func (p *pages) serveReport(c echo.Context, r reader) error {
	if !permission.MayReadFigures(r.facts) {
		return &notShown{reader: r}
	}
	v := reportView{Everything: r.reach.Everything}
	period := p.readPeriod(c, r, &v)
	if len(v.Faults) > 0 {
		return p.render(c, http.StatusUnprocessableEntity, "report", p.viewOf(c, r, "Error: figures of a period", v))
	}
	d, err := p.figuresFor(c.Request().Context(), r, period)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := d.WriteSections(&b); err != nil {
		return err
	}
	v.Sections = template.HTML(b.String()) // a template of package report wrote it
	v.Period = url.Values{"from": {period.From.String()}, "to": {period.To.String()}}.Encode()
	return p.render(c, http.StatusOK, "report", p.viewOf(c, r, d.Title, v))
}

// serveReportFile gives the same figures as a file.
func (p *pages) serveReportFile(ending string) func(echo.Context, reader) error {
	return func(c echo.Context, r reader) error {
		var v reportView
		period := p.readPeriod(c, r, &v)
		if !permission.MayReadFigures(r.facts) || len(v.Faults) > 0 {
			return &notShown{reader: r}
		}
		d, err := p.figuresFor(c.Request().Context(), r, period)
		if err != nil {
			return err
		}
		return sendFile(c, "report-"+period.From.String()+"-"+period.To.String(), ending, d)
	}
}

func (p *pages) figuresFor(ctx context.Context, r reader, period report.Period) (report.Document, error) {
	cases, err := p.casesFor(ctx, r, nil)
	if err != nil {
		return report.Document{}, err
	}
	return report.Compute(cases, period, r.Env.Now, p.Calendar).Document(p.Calendar.Location()), nil
}

// readPeriod reads the days of an address; without any it is the year until today.
func (p *pages) readPeriod(c echo.Context, r reader, v *reportView) report.Period {
	today := r.Env.Today()
	day := func(id, label string, otherwise workday.Date) (workday.Date, field) {
		f := field{ID: id, Label: label, Kind: "date", Value: c.QueryParam(id)}
		if f.Value == "" {
			f.Value = otherwise.String()
		}
		d, wrong := readDay(f.Value, englishRegister())
		f.Fault = wrong
		return d, f
	}
	var period report.Period
	period.From, v.From = day("from", "Raised from", workday.NewDate(today.Year(), 1, 1))
	period.To, v.To = day("to", "Raised up to", today)
	if v.From.Fault == "" && v.To.Fault == "" && period.To < period.From {
		v.To.Fault = englishRegister().EndsBeforeItBegins
	}
	for _, f := range []field{v.From, v.To} {
		if f.Fault != "" {
			v.Faults = append(v.Faults, fault{f.ID, f.Fault})
		}
	}
	return period
}
