package engine

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/teamsfailure"
)

// The results of an attempt, as metrics name them, beside the kinds of failure.
const (
	resultSent        = "sent"
	resultDropped     = "dropped"
	resultUnconfirmed = "unconfirmed" // given up, and nobody knows whether Teams has it; alarm when it grows
)

// How a round ended, as metrics name it.
const (
	roundDone   = "done"
	roundFailed = "failed"
	roundStuck  = "stuck" // it did not end when its time was up, and was left behind
)

// Why a single challenge or message was set aside, as metrics name it.
const (
	setAsideError = "error"
	setAsidePanic = "panic"
)

type metrics struct {
	rounds            *prometheus.CounterVec
	setAside          *prometheus.CounterVec
	clockActions      prometheus.Counter
	attempts          *prometheus.CounterVec
	overdueChallenges prometheus.Gauge
	pendingMessages   prometheus.Gauge
	oldestPendingAge  prometheus.Gauge
	// Questions are first cards that ask somebody for an answer.
	pendingQuestions   prometheus.Gauge
	oldestQuestionAge  prometheus.Gauge
	setAsideChallenges prometheus.Gauge
	lastRound          *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		rounds: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "challengebot_engine_rounds_total",
			Help: "Rounds of the engine, by the work they did and how they ended."}, []string{"work", "result"}),
		setAside: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "challengebot_engine_set_aside_total",
			Help: "Challenges and messages that failed by themselves and were set aside, to be tried again later. Alarm when it grows.",
		},
			[]string{"work", "cause"}),
		clockActions: prometheus.NewCounter(prometheus.CounterOpts{Name: "challengebot_engine_clock_actions_total",
			Help: "Lapses, reminders and nudges."}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "challengebot_delivery_attempts_total",
			Help: "Attempts to deliver a card, by result."}, []string{"result"}),
		overdueChallenges: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_overdue_challenges",
			Help: "Challenges past their time for which nothing happened, counted up to 2,000. Alarm above 0."}),
		pendingMessages: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_deliveries_waiting",
			Help: "Deliveries that have not gone out, counted up to 2,000."}),
		oldestPendingAge: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_delivery_oldest_seconds",
			Help: "Age of the oldest delivery that has not gone out."}),
		pendingQuestions: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_questions_waiting",
			Help: "Cards that ask somebody for an answer and that Teams has not taken, counted up to 2,000."}),
		oldestQuestionAge: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_question_oldest_seconds",
			Help: "Age of the oldest card that asks somebody for an answer and that Teams has not taken."}),
		setAsideChallenges: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_challenges_set_aside",
			Help: "Challenges that failed by themselves and wait to be tried again. Alarm above 0."}),
		lastRound: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "challengebot_engine_last_round_timestamp_seconds",
			Help: "When the engine last finished a round of this work."}, []string{"work"}),
	}
	for _, kind := range teamsfailure.Kinds() {
		m.attempts.WithLabelValues(string(kind))
	}
	for _, result := range []string{resultSent, resultDropped, resultUnconfirmed} {
		m.attempts.WithLabelValues(result)
	}
	for _, work := range []string{workClock, workMornings, workDeliveries, workProbes, workWatch} {
		for _, result := range []string{roundDone, roundFailed, roundStuck} {
			m.rounds.WithLabelValues(work, result)
		}
		for _, cause := range []string{setAsideError, setAsidePanic} {
			m.setAside.WithLabelValues(work, cause)
		}
	}
	for _, c := range []prometheus.Collector{m.rounds, m.setAside, m.clockActions, m.attempts, m.overdueChallenges, m.pendingMessages,
		m.oldestPendingAge, m.pendingQuestions, m.oldestQuestionAge, m.setAsideChallenges, m.lastRound} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("engine: a metric cannot be registered: %w", err)
		}
	}
	return m, nil
}
