package story

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
	"challengebot/internal/report"
	"challengebot/internal/workday"
)

// The pages: who signs in sees in the browser what they may see in the chat, and nothing else.

// browser is a browser of one person's: it keeps cookies and follows nothing by itself.
type browser struct {
	s      *stage
	client *http.Client
}

// page is what a browser was answered with.
type page struct {
	status int
	body   string
	header http.Header
	to     string // where it was sent on to
}

func (s *stage) opensBrowser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) send(r *http.Request, err error) page {
	b.s.t.Helper()
	if err != nil {
		b.s.t.Fatal(err)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	return page{answer.StatusCode, string(body), answer.Header, answer.Header.Get("Location")}
}

// opens asks for an address of the bot's, or a whole one.
func (b *browser) opens(address string) page {
	b.s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.s.BotURL() + address
	}
	return b.send(http.NewRequestWithContext(b.s.t.Context(), http.MethodGet, address, nil))
}

// sends sends a form, as a form of that site, and follows where it leads.
func (b *browser) sends(address, site string, form url.Values) page {
	b.s.t.Helper()
	r, err := http.NewRequestWithContext(b.s.t.Context(), http.MethodPost, b.s.BotURL()+address, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
	}
	return b.send(r, err)
}

// comesBack goes to the issuer as somebody, and gives the address at which they come back.
func (b *browser) comesBack(start string, as *actor) string {
	b.s.t.Helper()
	there := b.opens(start)
	if there.status != http.StatusSeeOther {
		b.s.t.Fatalf("signing in begins with %d:\n%s", there.status, there.body)
	}
	chosen := b.opens(strings.Replace(there.to, "/authorize?", "/authorize/as?person="+as.ID+"&", 1))
	return chosen.to
}

// signsIn signs somebody in and opens where they wanted to go.
func (b *browser) signsIn(as *actor, to string) page {
	b.s.t.Helper()
	done := b.opens(b.comesBack("/sign-in/start?to="+url.QueryEscape(to), as))
	if done.status != http.StatusSeeOther || done.to != to {
		b.s.t.Fatalf("signing in ends with %d, to %q:\n%s", done.status, done.to, done.body)
	}
	return b.opens(done.to)
}

func (b *browser) expect(p page, status int, texts ...string) {
	b.s.t.Helper()
	if p.status != status {
		b.s.t.Errorf("the status is %d, want %d:\n%s", p.status, status, p.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			b.s.t.Errorf("%q is missing in:\n%s", text, p.body)
		}
	}
}

func (b *browser) expectNothingOf(p page, texts ...string) {
	b.s.t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			b.s.t.Errorf("%q is in:\n%s", text, p.body)
		}
	}
}

func openWithPages(t *testing.T) *stage {
	return openWith(t, Options{DatabaseURL: testDatabase(t), Directory: twoOverseers(), Pages: true}, "ne-lincolnshire")
}

func TestThePagesShowTheRegisterToWhoeverHasOne(t *testing.T) {
	t.Parallel()
	s := openWithPages(t)
	north := s.raiseChallenge(atStage1(practice.Inputs{"record": "204817"}))
	s.moveClock("Mon 30 Mar 2026 11:00")
	south := s.beginChallenge(s.sam, atStage1(practice.Inputs{"team": "south-locality", "record": "299301"})).ref
	s.discardNews()

	// Nobody who has not signed in learns anything, whatever address they guess.
	b := s.opensBrowser()
	for _, address := range []string{"/", "/register", "/register/" + north, "/register/CH-000000", "/register.csv", "/nowhere"} {
		p := b.opens(address)
		b.expect(p, http.StatusUnauthorized, "Sign in to the register")
		b.expectNothingOf(p, "204817", "Maya", "North Locality")
	}

	// Oversight sees all of it, and reads one challenge from the first step to the last.
	p := b.signsIn(s.owen, "/register")
	b.expect(p, http.StatusOK, "those that you oversee", "<b>204817</b>", north, "<b>299301</b>", south, "Maya Okafor", "Not yet due", "Sign out", "You are signed out at")
	b.expectNothingOf(p, "No visit since 12 February.", "<script", "style=")
	p = b.opens("/register/" + north)
	b.expect(p, http.StatusOK, "204817", "Open", "Priya Shah", "No visit since 12 February.", "all ", "Monday 30 March 2026, 10:00 BST")

	// The number that is searched by stands in no address and in no log.
	found := b.sends("/register", "same-origin", url.Values{"number": {"204817"}, "state": {"open"}})
	b.expect(found, http.StatusSeeOther)
	if strings.Contains(found.to, "204817") {
		t.Errorf("the number is in the address %s", found.to)
	}
	p = b.opens(found.to)
	b.expect(p, http.StatusOK, north, `value="204817"`, "What your search finds")
	b.expectNothingOf(p, south)
	for _, text := range []string{"204817", "299301", found.to} {
		if lines := s.log.linesWith(text); len(lines) > 0 {
			t.Errorf("%q is in the log: %s", text, lines)
		}
	}
	// What is not understood is marked, and nothing is searched.
	for _, form := range []url.Values{{"person": {"Nobody Known"}}, {"from": {"2026-03-31"}, "to": {"2026-03-30"}}, {"team": {"moon"}}} {
		p = b.opens(b.sends("/register", "same-origin", form).to)
		b.expect(p, http.StatusUnprocessableEntity, "Error: register of challenges", "Error: ", "Please put right what is marked")
		b.expectNothingOf(p, north, south)
	}

	// A chair finds their own challenges, and somebody else's search is nobody else's.
	maya := s.opensBrowser()
	p = maya.signsIn(s.maya, "/register")
	maya.expect(p, http.StatusOK, "the challenges that you raised", north)
	maya.expectNothingOf(p, south)
	if p = maya.opens(found.to); p.to != "/register" {
		t.Errorf("another's search led to %q with %d", p.to, p.status)
	}

	// What somebody may not see and what is not there are one answer.
	hidden, absent := maya.opens("/register/"+south), maya.opens("/register/CH-000000")
	for _, p := range []page{hidden, absent, maya.opens("/register/x/../" + south), maya.opens("/report/nowhere")} {
		maya.expect(p, http.StatusNotFound, "You cannot see this page", "This page cannot say which.")
		maya.expectNothingOf(p, south, "299301", "Sam")
	}
	if len(hidden.body) != len(absent.body) {
		t.Errorf("what is hidden has %d bytes, what is not there %d", len(hidden.body), len(absent.body))
	}

	// A manager who is asked reads the challenge where it waits for them, and has no register.
	priya := s.opensBrowser()
	priya.expect(priya.signsIn(s.priya, "/register"), http.StatusNotFound, "You cannot see this page", "/mine")
	s.discardNews()
}

func TestAPageEndsWithItsSession(t *testing.T) {
	t.Parallel()
	s := openWithPages(t)
	ref := s.raiseChallenge(atStage1(practice.Inputs{"record": "204817"}))
	s.discardNews()
	b := s.opensBrowser()
	b.signsIn(s.maya, "/register")

	// Each request lets the session run on; 20 minutes without one end it.
	for range 3 {
		s.Clock.Advance(19 * time.Minute)
		b.expect(b.opens("/register"), http.StatusOK, ref)
	}
	found := b.sends("/register", "same-origin", url.Values{"number": {"204817"}})
	s.Clock.Advance(21 * time.Minute)
	b.expect(b.opens("/register"), http.StatusUnauthorized, "You were signed out", "20 minutes")

	// What was typed then is there again after signing in, for the same person alone.
	late := b.sends("/register", "same-origin", url.Values{"number": {"204817"}, "state": {"ended"}})
	b.expect(late, http.StatusUnauthorized, "What you typed is kept")
	b.expectNothingOf(late, "204817")
	_, link, _ := strings.Cut(late.body, `href="/sign-in/start?to=`)
	link, _, _ = strings.Cut(link, `"`)
	to, err := url.QueryUnescape(link)
	if err != nil || !strings.HasPrefix(to, "/register?find=") {
		t.Fatalf("the link leads to %q", link)
	}
	b.expect(b.signsIn(s.maya, to), http.StatusOK, `value="204817"`, `value="ended" selected`, "No challenge fits")

	// A search is made again within the hour, and is filled in after it.
	b.expect(b.opens(found.to), http.StatusOK, ref)
	for range 4 {
		s.Clock.Advance(15 * time.Minute)
		b.opens("/register")
	}
	p := b.opens(found.to)
	b.expect(p, http.StatusOK, "more than an hour ago", `value="204817"`)
	b.expectNothingOf(p, ref+"</a>", "/register/"+ref)

	// Eight hours end it in any case, and signing out at once.
	for range 31 {
		s.Clock.Advance(15 * time.Minute)
		b.opens("/register")
	}
	b.expect(b.opens("/register"), http.StatusUnauthorized, "You were signed out")
	b.signsIn(s.maya, "/register")
	b.expect(b.sends("/sign-out", "same-origin", nil), http.StatusSeeOther)
	b.expect(b.opens("/register"), http.StatusUnauthorized, "Sign in to the register")
	s.discardNews()
}

func TestNobodyComesInBesideTheSignIn(t *testing.T) {
	t.Parallel()
	s := openWithPages(t)
	s.raiseChallenge(atStage1(practice.Inputs{"record": "204817"}))
	s.discardNews()

	// What comes back must have begun here, in this browser, and comes back once.
	b := s.opensBrowser()
	b.expect(b.opens("/sign-in/callback?code=x&state=y"), http.StatusForbidden, "You are not signed in", "not begun in this browser")
	back := b.comesBack("/sign-in/start", s.owen)
	forged, _ := url.Parse(back)
	query := forged.Query()
	query.Set("state", "another")
	forged.RawQuery = query.Encode()
	b.expect(b.opens(forged.String()), http.StatusForbidden, "not begun in this browser")
	b.expect(b.opens(back), http.StatusForbidden, "not begun in this browser")
	other := s.opensBrowser()
	other.expect(other.opens(b.comesBack("/sign-in/start", s.owen)), http.StatusForbidden, "not begun in this browser")
	back = b.comesBack("/sign-in/start", s.owen)
	s.Clock.Advance(16 * time.Minute)
	b.expect(b.opens(back), http.StatusForbidden, "more than 15 minutes ago")
	b.expect(b.opens(strings.Split(b.comesBack("/sign-in/start", s.owen), "?")[0]+"?error=access_denied"), http.StatusForbidden, "not begun")

	// A token counts for this client, of this tenant, for this sign-in, until it ends.
	for what, change := range map[string]func(map[string]any){
		"another tenant":   func(c map[string]any) { c["tid"] = "0e700000-0000-4000-8000-000000000009" },
		"another audience": func(c map[string]any) { c["aud"] = "0e700000-0000-4000-8000-000000000009" },
		"another issuer":   func(c map[string]any) { c["iss"] = "https://login.example/" },
		"another nonce":    func(c map[string]any) { c["nonce"] = "another" },
		"an ended token":   func(c map[string]any) { c["exp"] = s.Clock.Now().Add(-time.Minute).Unix() },
		"no object id":     func(c map[string]any) { delete(c, "oid") },
		"a name for an id": func(c map[string]any) { c["oid"] = "owen.price" },
	} {
		s.Issuer.ChangeClaims(change)
		b := s.opensBrowser()
		p := b.opens(b.comesBack("/sign-in/start", s.owen))
		if p.status != http.StatusForbidden {
			t.Errorf("%s: %d, to %q", what, p.status, p.to)
		}
		b.expect(b.opens("/register"), http.StatusUnauthorized)
	}
	s.Issuer.ChangeClaims(nil)

	// Whoever is in no directory signs in and sees nothing; so does a session with a byte changed.
	s.Issuer.ChangeClaims(func(c map[string]any) { c["oid"] = "0a000000-0000-4000-8000-0000000000ff" })
	stranger := s.opensBrowser()
	stranger.expect(stranger.signsIn(s.owen, "/register"), http.StatusNotFound, "You cannot see this page")
	s.Issuer.ChangeClaims(nil)
	b.signsIn(s.owen, "/register")
	address, _ := url.Parse(s.BotURL())
	for _, cookie := range b.client.Jar.Cookies(address) {
		changed := []byte(cookie.Value)
		changed[len(changed)/2] ^= 1
		b.client.Jar.SetCookies(address, []*http.Cookie{{Name: cookie.Name, Value: string(changed), Path: "/"}})
	}
	b.expect(b.opens("/register"), http.StatusUnauthorized, "Sign in")

	// A form of another site does nothing, and nobody is led to one.
	b.signsIn(s.owen, "/register")
	b.expect(b.sends("/register", "cross-site", url.Values{"number": {"204817"}}), http.StatusForbidden, "was not sent from this page")
	b.expect(b.sends("/sign-out", "cross-site", nil), http.StatusForbidden)
	for _, to := range []string{"https://evil.example/", "//evil.example/", "/\\evil.example", "/registerevil:@x/", "javascript:alert(1)"} {
		if p := b.opens(b.comesBack("/sign-in/start?to="+url.QueryEscape(to), s.owen)); p.to != "/register" {
			t.Errorf("to %q led to %q", to, p.to)
		}
	}

	// Every answer, whatever it is, forbids script, frames, caches and guesses.
	for _, address := range []string{"/register", "/sign-in", "/nowhere", "/sign-in/callback"} {
		p := b.opens(address)
		for header, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age="} {
			if got := p.header.Get(header); !strings.HasPrefix(got, want) {
				t.Errorf("%s of %s is %q", header, address, got)
			}
		}
		if policy := p.header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "script") {
			t.Errorf("the policy of %s is %q", address, policy)
		}
	}
	// Teams' own routes and the inside's are there beside the pages.
	b.expect(b.opens("/healthz"), http.StatusOK)
	s.discardNews()
}

func TestWhoeverHasLeftSeesNothingMoreInAnOpenBrowser(t *testing.T) {
	t.Parallel()
	s := openWithPages(t)
	ref := s.raiseChallenge(atStage1(practice.Inputs{"record": "204817"}))
	s.discardNews()
	owen, maya := s.opensBrowser(), s.opensBrowser()
	owen.expect(owen.signsIn(s.owen, "/register"), http.StatusOK, ref)
	maya.signsIn(s.maya, "/register")

	// A restart signs nobody out: any instance takes a session.
	s.restartWith(twoOverseers())
	owen.expect(owen.opens("/register/"+ref), http.StatusOK, "204817")

	s.restartWith(withoutPerson(twoOverseers(), "owen", "quinn"))
	for _, address := range []string{"/register", "/register/" + ref, "/register.csv", "/register.xlsx", "/report", "/report.csv"} {
		p := owen.opens(address)
		owen.expect(p, http.StatusNotFound, "You cannot see this page")
		owen.expectNothingOf(p, ref, "204817")
	}
	maya.expect(maya.opens("/register/"+ref), http.StatusOK, "204817")
	s.discardNews()
}

// A17: one byte sequence, whoever asks and wherever: what the page gives is what the command writes.
func TestFilesFromThePageAreThoseOfTheCommand(t *testing.T) {
	t.Parallel()
	s := openWithPages(t)
	north := s.raiseChallenge(atStage1(practice.Inputs{"record": "0012345"}))
	s.moveClock("Mon 30 Mar 2026 11:00")
	south := s.beginChallenge(s.sam, atStage1(practice.Inputs{"team": "south-locality", "record": "299301"})).ref
	s.discardNews()
	var cases []report.Case
	if err := s.App.Store.EachChallenge(t.Context(), func(c challenge.Snapshot) {
		cases = append(cases, report.CaseOf(c, s.Calendar, report.NamesOf(s.Directory)))
	}); err != nil {
		t.Fatal(err)
	}
	report.SortCases(cases)
	zone := s.Calendar.Location()
	period := report.Period{From: workday.NewDate(2026, time.January, 1), To: s.Calendar.DateOf(s.Clock.Now())}
	figures := report.Compute(cases, period, s.Clock.Now(), s.Calendar).Document(zone)
	write := func(d report.Document, format func(report.Document, io.Writer) error) string {
		var b strings.Builder
		if err := format(d, &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	owen := s.opensBrowser()
	owen.signsIn(s.owen, "/register")
	for address, want := range map[string]string{
		"/register.csv":  write(report.Register(cases, s.Clock.Now(), zone), report.Document.WriteCSV),
		"/register.xlsx": write(report.Register(cases, s.Clock.Now(), zone), report.Document.WriteXLSX),
		"/report.csv":    write(figures, report.Document.WriteCSV),
		"/report.xlsx":   write(figures, report.Document.WriteXLSX),
	} {
		if p := owen.opens(address); p.status != http.StatusOK || p.body != want || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment; filename=") {
			t.Errorf("%s: %d, %d bytes, want %d", address, p.status, len(p.body), len(want))
		}
	}
	owen.expect(owen.opens("/report"), http.StatusOK, "Challenges raised from Thursday 1 January 2026 to Monday 30 March 2026", "Fewer than five were raised", "hidden", "Download XLSX")
	owen.expect(owen.opens("/report?from=2026-03-31&to=2026-03-30"), http.StatusUnprocessableEntity, "Error: This day lies before the first.", `value="2026-03-31"`)

	// A file has the rows of the search, and of its reader.
	found := owen.sends("/register", "same-origin", url.Values{"number": {"0012345"}})
	only := owen.opens(strings.Replace(found.to, "/register?", "/register.csv?", 1))
	owen.expect(only, http.StatusOK, north, "0012345")
	owen.expectNothingOf(only, south)
	sam := s.opensBrowser()
	sam.signsIn(s.sam, "/register")
	own := sam.opens("/register.csv")
	sam.expect(own, http.StatusOK, south)
	sam.expectNothingOf(own, north, "0012345")

	// Figures are for those who oversee or keep the register; whoever oversees a part has that part.
	for _, address := range []string{"/report", "/report.csv", "/report.xlsx"} {
		sam.expect(sam.opens(address), http.StatusNotFound, "You cannot see this page")
	}
	ines := s.opensBrowser()
	ines.expect(ines.signsIn(s.actorNamed("Ines Moreau"), "/report"), http.StatusOK, "and not of all")
	s.discardNews()
}
