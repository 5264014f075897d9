package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

func BenchmarkDecideRespond(b *testing.B) {
	x := raiseLife(b, smallLadder, "2026-06-01 10:00")
	cmd, by := x.respond(), challengetest.Person("tess")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.c.Decide(cmd, by, x.env); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecideLapse(b *testing.B) {
	x := raiseLife(b, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed)).at("2026-06-08 17:00")
	b.ReportAllocs()
	for b.Loop() {
		change, err := x.c.Decide(challenge.Tick{}, challenge.System, x.env)
		if err != nil || len(change.Events) != 2 {
			b.Fatal(len(change.Events), err)
		}
	}
}

func BenchmarkSum(b *testing.B) {
	x := raiseLife(b, smallLadder, "2026-06-01 10:00")
	e := x.last.Events[1]
	b.ReportAllocs()
	b.SetBytes(int64(len(e.Data)))
	for b.Loop() {
		if e.ChainHash(x.c.ID) != e.Hash {
			b.Fatal("another hash")
		}
	}
}
