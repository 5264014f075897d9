package story

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"time"

	"challengebot/internal/app"
	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/practice"
	"challengebot/internal/record"
	"challengebot/internal/signin"
	"challengebot/internal/workday"
)

// The ids of the practice registration. They belong to no one.
const (
	AppID  = "b0700000-0000-4000-8000-000000000001"
	Tenant = "7e700000-0000-4000-8000-000000000001"
)

//go:embed authority.yaml
var sampleAuthority []byte

// SampleDirectory is the directory file of the sample authority.
func SampleDirectory() []byte { return sampleAuthority }

// SampleStart is when stories begin unless they say otherwise: the Monday before
// Easter, so that two bank holidays lie ahead.
func SampleStart() time.Time {
	return workday.NewDate(2026, time.March, 30).Midnight(time.UTC).Add(9 * time.Hour) // 10:00 British Summer Time
}

// ReferencePattern finds the reference of a challenge in a text.
var ReferencePattern = regexp.MustCompile(`CH-[0-9A-Z]{6}`)

// Options are what a world may be told to be otherwise than usual.
type Options struct {
	DatabaseURL string // required; the schema must be current
	Start       time.Time
	Directory   []byte // a directory file; the sample authority if empty
	Ladders     []*ladder.Ladder
	Calendar    app.CalendarConfig
	// Channels are in Teams beside those of the directory.
	Channels []practice.Channel
	// NotInstalled: neither a person nor a team has the app yet.
	NotInstalled bool
	Logger       *slog.Logger
	// Errorf is told of everything the practice Teams would not have accepted.
	Errorf func(format string, args ...any)
	// OnCard, if set, is handed every card that the practice Teams took.
	OnCard func(practice.ShownCard)
	// Listen is where the bot serves; a free port on loopback if empty.
	Listen string
	// Pages serves the register as pages too, with a made-up issuer that signs people in.
	Pages bool
	// CallTimeout bounds one call to Teams; the engine's own if zero.
	CallTimeout time.Duration
	// MaxConns bounds the program's connections to its database; the program's own number if zero.
	MaxConns int
}

// World is the real program, the practice Teams and a clock that is moved by hand.
type World struct {
	Clock     *practice.Clock
	Teams     *practice.Teams
	App       *app.App
	Calendar  *workday.Calendar
	Directory *directory.Directory
	Ladders   []*ladder.Ladder
	// Issuer signs people in to the pages; nil without pages.
	Issuer *practice.Issuer

	options   Options
	parts     app.Dependencies
	listener  net.Listener
	stop      context.CancelFunc
	serveDone chan error
}

// Open starts a world. The bot serves; its engine works only when Settle is called,
// or when Live is.
func Open(ctx context.Context, o Options) (*World, error) {
	w, err := prepareWorld(o)
	if err != nil {
		return nil, err
	}
	if err := w.startProgram(ctx); err != nil {
		w.Teams.Close()
		return nil, err
	}
	return w, nil
}

func prepareWorld(o Options) (*World, error) {
	if o.Start.IsZero() {
		o.Start = SampleStart()
	}
	if len(o.Directory) == 0 {
		o.Directory = sampleAuthority
	}
	if o.Calendar.Division == "" {
		o.Calendar.Division = workday.EnglandAndWales
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	w := &World{options: o, Ladders: o.Ladders, Clock: practice.NewClock(o.Start)}
	var err error
	if w.Directory, err = directory.Read("authority.yaml", o.Directory); err != nil {
		return nil, err
	}
	if w.Calendar, err = o.Calendar.BuildCalendar(); err != nil {
		return nil, err
	}
	if len(w.Ladders) == 0 {
		for _, id := range ladder.ShippedIDs() {
			l, err := ladder.LoadShipped(id)
			if err != nil {
				return nil, err
			}
			w.Ladders = append(w.Ladders, l)
		}
	}
	w.Teams, err = practice.Start(practice.Options{AppID: AppID, Tenant: Tenant, BotName: "Challenge",
		People: practicePeople(w.Directory, o.NotInstalled), Channels: practiceChannels(w.Directory, o), AppNotUploaded: o.NotInstalled, Clock: w.Clock, Errorf: o.Errorf, OnCard: o.OnCard})
	return w, err
}

func practicePeople(d *directory.Directory, nowhere bool) []practice.Person {
	var out []practice.Person
	for _, p := range d.People() {
		if p.Entra == "" {
			continue // without an account: nobody in Teams
		}
		out = append(out, practice.Person{ID: p.Entra, Name: p.Name, NotInstalled: nowhere})
	}
	return out
}

func practiceChannels(d *directory.Directory, o Options) []practice.Channel {
	out := slices.Clone(o.Channels)
	for _, t := range d.Teams() {
		if id := d.NoticeChannel(t.ID); id != "" {
			out = append(out, practice.Channel{TeamName: t.Name, ID: id, Name: t.Name})
		}
	}
	for i := range out {
		out[i].NotInstalled = out[i].NotInstalled || o.NotInstalled
	}
	return out
}

// startProgram starts the program as it is run in an authority, but for where Teams is
// and whose the clock is.
func (w *World) startProgram(ctx context.Context) error {
	credential, err := connector.NewCredential(connector.CredentialConfig{Kind: connector.Practice,
		AppID: AppID, Tenant: Tenant, TokenURL: w.Teams.TokenURL()})
	if err != nil {
		return err
	}
	w.parts = app.Dependencies{
		OwnDatabase: true,
		DatabaseURL: w.options.DatabaseURL,
		Platform: app.Platform{AppID: AppID, Tenant: Tenant, Issuer: w.Teams.Issuer(), MetadataURL: w.Teams.MetadataURL(),
			Credential: credential, Scope: connector.PublicScope, ServiceURL: w.Teams.ServiceURL(),
			ServiceURLAllowed: connector.LoopbackOnly(w.Teams.ServiceURL())},
		Calendar: w.Calendar, Directory: w.Directory, Ladders: w.Ladders, Now: w.Clock.Now, Logger: w.options.Logger,
		CallTimeout: w.options.CallTimeout, MaxConns: w.options.MaxConns,
	}
	address := w.options.Listen
	if address == "" {
		address = "127.0.0.1:0"
	}
	if w.listener, err = net.Listen("tcp", address); err != nil {
		return fmt.Errorf("the bot cannot listen: %w", err)
	}
	if w.options.Pages {
		err = w.startIssuer()
	}
	if err == nil {
		w.App, err = app.New(ctx, w.parts)
	}
	if err != nil {
		return errors.Join(err, w.listener.Close())
	}
	w.Teams.SetBotURL(w.BotURL())
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	w.stop, w.serveDone = stop, make(chan error, 1)
	go func() { w.serveDone <- w.App.Serve(serving, w.listener) }()
	return nil
}

// pagesSecret is of the made-up registration that signs people in.
const pagesSecret = "a made-up secret of the practice registration"

// startIssuer starts what signs people in to the pages.
func (w *World) startIssuer() (err error) {
	if w.Issuer != nil { // of before a restart
		w.Issuer.Close()
	}
	w.Issuer, err = practice.StartIssuer(practice.IssuerOptions{Tenant: Tenant, ClientID: AppID, ClientSecret: pagesSecret, PublicURL: w.BotURL(),
		People: practicePeople(w.Directory, false), Now: w.Clock.Now})
	if err == nil {
		w.parts.Pages = &signin.Config{Issuer: w.Issuer.URL(), Tenant: Tenant, ClientID: AppID, ClientSecret: pagesSecret, PublicURL: w.BotURL()}
	}
	return err
}

// BotURL is where the bot serves.
func (w *World) BotURL() string { return "http://" + w.listener.Addr().String() }

// Settle lets the engine do everything that is due at this moment of the clock.
func (w *World) Settle(ctx context.Context) error {
	if err := w.App.Engine.RunUntilIdle(ctx); err != nil {
		return err
	}
	return w.App.Engine.CheckOverdue(ctx)
}

// MoveClockTo moves the clock to a time, stopping at every moment at which something is
// due on the way, as it would have been if the time had passed.
func (w *World) MoveClockTo(ctx context.Context, to time.Time) error {
	for {
		if err := w.Settle(ctx); err != nil {
			return err
		}
		next, ok, err := w.NextDue(ctx)
		if err != nil {
			return err
		}
		if !ok || next.After(to) {
			break
		}
		if !next.After(w.Clock.Now()) {
			return fmt.Errorf("something has been due since %s and the engine does not do it", next.Format(time.RFC3339))
		}
		w.Clock.Set(next)
	}
	w.Clock.Set(to)
	return w.Settle(ctx)
}

// NextDue is the next moment at which something is due.
func (w *World) NextDue(ctx context.Context) (time.Time, bool, error) {
	due, ok, err := w.App.Engine.NextDue(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	later, waiting, err := w.App.Store.NextMessageDue(ctx, w.Clock.Now())
	if err != nil {
		return time.Time{}, false, err
	}
	if !ok || waiting && later.Before(due) {
		return later, waiting, nil
	}
	return due, ok, nil
}

// RunEngine lets the engine run by itself until the context ends, woken when the clock
// is moved.
func (w *World) RunEngine(ctx context.Context) error {
	w.Clock.OnMove(func(time.Time) { w.App.Engine.Wake() })
	return w.App.Engine.Run(ctx)
}

// RecordNames are the directory's words for a timeline.
func (w *World) RecordNames() record.NameLookup {
	return record.NameLookup{
		TeamName:   func(id string) string { t, _ := w.Directory.TeamByID(id); return t.Name },
		PersonName: func(entra string) string { p, _ := w.Directory.PersonByEntra(entra); return p.Name },
	}
}

// Close ends the program and the practice Teams.
func (w *World) Close() error {
	w.stop()
	err := <-w.serveDone
	w.App.Close()
	w.Teams.Close()
	if w.Issuer != nil {
		w.Issuer.Close()
	}
	return err
}
