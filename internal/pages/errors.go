package pages

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"challengebot/internal/signin"
	"challengebot/internal/storage"
)

var (
	// errNotShown is of what somebody may not see, or is not there: nobody is told which.
	errNotShown = errors.New("pages: not shown")
	// errOtherSite is of what another site sent.
	errOtherSite = errors.New("pages: sent by another site")
	errAway      = errors.New("pages: the database has not been ready since the start")
	errFault     = errors.New("pages: a fault of this program")
)

// notShown is errNotShown with who asked, where that is known.
type notShown struct{ reader reader }

func (n *notShown) Error() string { return errNotShown.Error() }
func (n *notShown) Unwrap() error { return errNotShown }

func typeOf(v any) string { return fmt.Sprintf("%T", v) }

// notice is a page that says what is so and what to do now.
type notice struct {
	Lines, Do []string
	// Number is the request's, to quote.
	Number string
	// SignIn offers to sign in, with the other account too.
	SignIn bool
	// Danger: somebody may meet it in a hurry.
	Danger bool
}

// answerError answers a request that came to nothing.
func (p *pages) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	n := notice{Number: requestNumber()}
	v := view{}
	status, refused, hidden, known := http.StatusInternalServerError, (*signin.Refusal)(nil), (*notShown)(nil), (*echo.HTTPError)(nil)
	switch {
	case errors.As(err, &refused):
		status = n.describeRefusal(refused, &v)
		p.Logger.Warn("somebody was not signed in to the pages", "reason", string(refused.Reason), "number", n.Number)
	case errors.As(err, &hidden):
		status = n.describeHidden(hidden.reader.name, &v)
	case errors.Is(err, errNotShown):
		status = n.describeHidden("", &v)
	case errors.Is(err, errOtherSite):
		status, v.Title = http.StatusForbidden, "This was not sent from this page"
		n.Lines, n.Do = []string{"What your browser sent came from another site, so nothing was done."}, []string{"Go to the register and send it from there."}
		p.Logger.Warn("a form of another site was refused", "number", n.Number)
	case errors.As(err, &known) && known.Code < http.StatusInternalServerError:
		status = n.describeHidden("", &v)
	default:
		if errors.Is(err, errAway) || errors.Is(err, storage.ErrUnavailable) {
			status = http.StatusServiceUnavailable
		}
		v.Title, n.Danger = "There is a problem with this page", true
		n.Lines = []string{"The fault is ours, not yours. Challenges go on: dates, reminders and cards in Teams do not need this page."}
		n.Do = []string{"Try again in a few minutes.", "If it is urgent, use the chat with challengebot in Teams, or the telephone.", "If it happens again, tell the service desk and quote the number below."}
		p.Logger.Error("a page could not be shown", "reason", storage.FailureReason(err), "number", n.Number)
	}
	v.Body = n
	_ = p.render(c, status, "notice", v) // nobody is listening any more
}

// describeHidden says that there is nothing to see here, and not why.
func (n *notice) describeHidden(name string, v *view) int {
	v.Title, v.Name, n.SignIn = "You cannot see this page", name, true
	n.Lines = []string{"No role that you hold lets you see what is at this address, or there is nothing at this address. This page cannot say which."}
	n.Do = []string{"If you were asked to answer a challenge, open the chat with challengebot in Teams and type /mine. Your questions are there.",
		"If you should have a role, for example as a stand-in, ask whoever oversees challenges where you work."}
	return http.StatusNotFound
}

// describeRefusal says why somebody was not signed in.
func (n *notice) describeRefusal(r *signin.Refusal, v *view) int {
	v.Title, n.SignIn, n.Danger = "You are not signed in", true, true
	status := http.StatusForbidden
	switch r.Reason {
	case signin.IssuerIsAway:
		status = http.StatusServiceUnavailable
		n.Lines = []string{"The sign-in of your authority cannot be reached. The chat with challengebot in Teams works without it."}
		n.Do = []string{"Try again in a few minutes."}
	case signin.NotBegun:
		n.Lines = []string{"This sign-in was not begun in this browser, was begun more than 15 minutes ago, or has been used already."}
		n.Do = []string{"Sign in again, from here."}
	case signin.OtherTenant:
		n.Lines = []string{"This account belongs to another organisation."}
		n.Do = []string{"Sign in with the work account that you use for Teams."}
	default:
		n.Lines = []string{"The sign-in did not succeed."}
		n.Do = []string{"Sign in again. If it happens again, tell the service desk and quote the number below."}
	}
	return status
}
