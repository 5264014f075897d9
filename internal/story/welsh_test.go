package story

import (
	"bytes"
	"strings"
	"testing"

	"challengebot/internal/practice"
	"challengebot/internal/record"
)

// welshAuthority is the sample authority with Welsh as its language, in which Daniel Hughes
// reads English.
func welshAuthority(t *testing.T) []byte {
	t.Helper()
	with := bytes.Replace(SampleDirectory(), []byte("authority: Exampleshire Council\n"), []byte("authority: Exampleshire Council\nlanguage: cy\n"), 1)
	with = bytes.Replace(with, []byte("0a000000-0000-4000-8000-000000000005}"), []byte("0a000000-0000-4000-8000-000000000005, language: en}"), 1)
	if len(with) != len(SampleDirectory())+len("language: cy\n")+len(", language: en") {
		t.Fatal("the sample authority is written differently now")
	}
	return with
}

func TestInAWelshAuthorityEachReadsTheirLanguageAndTheRecordIsEnglish(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: welshAuthority(t)}, "ne-lincolnshire")

	// Maya raises in Welsh, once the form has said in Welsh what it lacks.
	s.maya.types("/her")
	form := s.maya.gets("Codi her", "Cam 1 o 2", "Parhau")
	s.maya.clicks(form, "Parhau", raiseInputs(atStage1(practice.Inputs{"ask": ""})))
	expectText(t, "Maya", form, "Cywirwch yr hyn a nodir a'i anfon eto.", "I'w gywiro: Nodwch yr hyn yr ydych yn gofyn amdano.")
	expectNoText(t, "Maya", form, "Please put right")
	s.maya.clicks(form, "Parhau", raiseInputs(atStage1(nil)))
	expectText(t, "Maya", form, "Gwiriwch, yna anfonwch", "Os anfonwch hon yn awr, gofynnir i Priya Shah (Team Manager) ateb erbyn dydd Mercher 8 Ebrill 2026 am 17:00.")
	s.maya.clicks(form, "Anfon yr her", nil)
	ref := s.lastRef()
	chair := s.maya.gets(ref, "Cododd Maya Okafor yr her hon.", "Yn aros am ateb gan Priya Shah")
	notice := s.north.gets(ref, "Disgwylir ateb erbyn dydd Mercher 8 Ebrill 2026 am 17:00.")
	asked := s.priya.gets(ref, "Atebwch erbyn dydd Mercher 8 Ebrill 2026 am 17:00", "Anfon yr ateb",
		"Sut y cyfrifwyd y dyddiad, fel y'i cofnodwyd: Day 0 Mon 30 Mar.", "No visit since 12 February.")
	s.expectNoNews()

	// Priya answers by typing Welsh; Maya judges, and the own service manager agrees.
	s.priya.types("/ateb " + ref + " Byddwn yn ymweld. | Ymweliad; Tom Reid; 2026-04-02")
	expectText(t, "Priya", asked, "Atebasoch ar ddydd Llun 30 Mawrth 2026")
	judged := s.maya.gets("A yw'r ateb yn ddigon da i'r plentyn?", "Byddwn yn ymweld.")
	s.maya.clicks(judged, "Anfodlon", practice.Inputs{"reason": "Dim cynllun ymweld."})
	gate := s.grace.gets(ref, "Mae angen cytundeb.")
	s.discardNews()
	s.grace.clicks(gate, "Cytunwyd", nil)

	// Daniel Hughes, who is asked on Stage 2, reads English; all others go on in Welsh.
	daniels := s.daniel.gets(ref, "Please answer by Wednesday 8 April 2026 at 17:00", "What happened before", "Stage 1: Maya Okafor is not satisfied with the answer.")
	expectNoText(t, "Daniel", daniels, "Atebwch", "Ebrill")
	s.north.TakeNew()
	s.discardNews()
	s.daniel.types("/mine")
	s.daniel.gets("Your challenges", ref)
	s.priya.types("/satisfied " + ref)
	s.priya.gets("Dim ond y sawl sy'n penderfynu ar yr ateb i " + ref + " a gaiff wneud hynny. Ni chofnodwyd dim.")

	// Silence on Stage 2 lapses.
	s.moveClock("Wed 8 Apr 2026 17:00")
	expectText(t, "Daniel", daniels, "The time for an answer ended on Wednesday 8 April 2026 at 17:00")
	expectText(t, "Maya", chair, "Mae'r cerdyn mwy newydd isod.")
	expectText(t, "Maya", s.maya.findsMessage("ni ddaeth ateb erbyn"), "ni ddaeth ateb erbyn dydd Mercher 8 Ebrill 2026 am 17:00, felly daeth yr amser i ben.")
	expectText(t, "the channel", notice, "mae'r her wedi symud ymlaen")
	s.discardNews()
	s.daniel.types("/respond " + ref + " Too late.")
	s.daniel.gets("The time for this answer has ended and the challenge has moved on.")
	s.discardNews()
	s.owen.types("/help")
	s.owen.gets("Beth y gallaf ei wneud", "/tynnu-yn-ôl CH-… rheswm")

	// Every card says in which language it is, and the channel's are all Welsh.
	for _, p := range s.Teams.People() {
		for _, m := range p.CardMessages() {
			want := `"lang":"cy"`
			if p.Name == "Daniel Hughes" {
				want = `"lang":"en"`
			}
			if !strings.Contains(string(m.Card().JSON()), want) {
				t.Errorf("a card of %s is not %s", p.Name, want)
			}
		}
	}

	// What the record keeps is English, whoever did it in which language.
	c := s.load(ref)
	trail := record.FormatText(c, record.Timeline(c, s.RecordNames(), s.Calendar.Location()))
	for _, want := range []string{"Byddwn yn ymweld.", "Wednesday 8 April 2026", "Day 0 Mon 30 Mar."} {
		if !strings.Contains(trail, want) {
			t.Errorf("the record lacks %q:\n%s", want, trail)
		}
	}
	for _, welsh := range []string{"Ebrill", "Atebodd", "Cododd", "gofynnwyd", "Mae'n"} {
		if strings.Contains(trail, welsh) {
			t.Errorf("the record has Welsh of ours, %q:\n%s", welsh, trail)
		}
	}
}
