package story

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	texts "challengebot/internal/words"
)

// The checklist by which Microsoft judges bots for its store, line by line, and the
// tests that hold each. An app for one organisation is not judged by it; its users would
// miss the same things.
const storeChecklist = `
Every command that is listed works
	story TestEveryCommandThatTheManifestListsWorks
	story TestEveryCommandThatTheHelpNamesIsUnderstood
Hi, Hello and Help are answered; unknown input is answered with help; no dead end
	story TestWhateverIsTypedGetsAUsefulAnswerAndChangesNothing
Commands are listed in the manifest
	manifest TestThePackageReadsAsItDid
	story TestFromAnEmptyTenantToTheFirstAnswer
An answer within two seconds, whatever Teams does
	story TestAnActionIsAnsweredAtOnceWhileTeamsCannotBeReached
	story TestASlowTeamsHoldsUpNoDeadline
Specific error texts, never silence, and what was typed is given back
	story TestAnAnswerWithoutAPlanOrWithAPastDateIsRefusedWithTheTextKept
	story TestCoverThatCannotBeIsRefusedAndGivenBack
	story TestAChannelForNoticesIsChosenByOversightOnlyAndWhereItIsTheAuthoritysOwn
The welcome says what the bot is for and its commands, once; in a team one post, and nobody there is written to
	story TestTheWelcomeSaysWhatTheBotIsForAndComesOnce
	story TestFromAnEmptyTenantToTheFirstAnswer
No spam: one thread in a channel, one complete message to a person, all input in one form
	story TestEveryStepOfAChallengeIsInOneThread
	story TestTheRespondentIsAskedInPrivateWithConcernDueDateAndItsWorking
	story TestWhoComesBackGetsOnceWhatWaitsForThemAndTheDatesStay
A personal message that a channel caused says where it comes from
	story TestWhatIsAskedInAChannelIsAnsweredInPrivate
A notification has enough to act on, and nothing for others to read
	story TestTheNotificationAndTheChannelGiveReferenceStageAndDueDateOnly
Cards have six actions at the most, and are light
	cards TestEveryCardKeepsThePromisesOfThePackage
	cards TestNoCardIsLargerThanTeamsTakesWhateverWasWritten
	practice TestTheCardCheckerFinds
No sensitive data where it is not meant to be seen
	cards TestNoticeForAChannelLeaksNothing
	story TestTheNotificationAndTheChannelGiveReferenceStageAndDueDateOnly
	story TestWhoOverseesChallengesSeesWhoMustActAndNothingOfTheChild
	story TestAStrangerLearnsNothingByAReference
A released schema; name and texts as registered; no permission that is not needed
	manifest TestThePackageKeepsToTheOfficialSchemas
	manifest TestThePackageNamesTheReleaseOfTheSchemaItIsHeldTo
	manifest TestThePackageAsksForNoPermission
Website, privacy and terms are public https pages
	manifest TestWhatTeamsWouldRefuseIsSaidWithTheMend
Icons of the right size, colour and transparency
	manifest TestTheIconsAreAsDrawn
	manifest TestWhatTeamsWouldRefuseIsSaidWithTheMend
Old and small clients: a text form of each card, and buttons that only submit
	story TestAnOldClientThatOnlySubmitsDoesTheSame
`

// TestEveryLineOfTheStoreChecklistNamesTestsThatExist keeps the list true.
func TestEveryLineOfTheStoreChecklistNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	folders := map[string]string{"story": ".", "cards": "../../cards", "manifest": "../../manifest", "practice": "../practice"}
	line, named := "", 0
	end := func() {
		if line != "" && named == 0 {
			t.Errorf("%q is held by no test", line)
		}
	}
	for l := range strings.Lines(storeChecklist) {
		l = strings.TrimRight(l, "\n")
		test, indented := strings.CutPrefix(l, "\t")
		if !indented {
			end()
			line, named = l, 0
			continue
		}
		where, name, _ := strings.Cut(test, " ")
		if folders[where] == "" || !declares(t, folders[where], name) {
			t.Errorf("%q: there is no %s in %s", line, name, where)
		}
		named++
	}
	end()
}

func declares(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	is := regexp.MustCompile(`(?m)^func ` + name + `\(`)
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && is.Match(text)
	})
}

func TestEveryCommandThatTheHelpNamesIsUnderstood(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.discardNews()
	driven := 0
	for _, c := range texts.English.HelpLines() {
		command := strings.Fields(c.Syntax)[0]
		if strings.Contains(c.Syntax, "CH-") {
			command += " " + r.ref
		}
		s.tom.types(command)
		expectNoText(t, "Tom", s.tom.LastMessage(), texts.English.Bot.NotUnderstood, texts.English.Bot.GiveReference)
		s.discardNews()
		driven++
	}
	if driven < 15 {
		t.Errorf("%d commands were driven", driven)
	}
}

func TestTheWelcomeSaysWhatTheBotIsForAndComesOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ctx := t.Context()
	if err := s.Teams.UploadApp(ctx, buildPackage(t, "1.0.0")); err != nil {
		t.Fatal(err)
	}
	first := s.tom.InstallsApp(ctx)
	s.tom.expectDone(first)
	s.tom.gets("I carry a challenge from the person who chairs a conference to the manager who can answer it",
		"/challenge: raise a challenge", "/help: this list", "Set up for Exampleshire Council.", "I never show a child's details in a channel.")
	s.tom.expectDone(first.Redeliver(ctx))
	s.tom.expectDone(s.tom.UninstallsApp(ctx))
	s.tom.expectDone(s.tom.InstallsApp(ctx))
	if err := s.Teams.UploadApp(ctx, buildPackage(t, "1.0.1")); err != nil {
		t.Fatal(err)
	}
	s.maya.expectDone(s.maya.InstallsInTeam(ctx, "North Locality"))
	s.north.gets("I write to nobody here one by one.")
	s.expectNoNews()
}

func TestEveryStepOfAChallengeIsInOneThread(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.raiseAndCollect(nil, s.tom, s.priya)
	s.moveClock("Wed 15 Apr 2026 17:00") // two windows have ended in silence
	s.discardNews()
	threads := map[string]int{}
	for _, m := range s.north.Messages() {
		threads[m.ThreadID()]++
	}
	if len(threads) != 1 || len(s.north.Messages()) < 2 {
		t.Errorf("%d messages stand in %d threads", len(s.north.Messages()), len(threads))
	}
}
