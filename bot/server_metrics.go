package bot

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Reasons for which a body is refused, after its sender has shown a good token. They share
// the counter with the token's own reasons.
const (
	reasonBodyUnread Reason = "body_unread" // the connection broke
	reasonTooLarge   Reason = "body_too_large"
	reasonNotJSON    Reason = "not_json"
	reasonNotObject  Reason = "not_object"
	reasonNoType     Reason = "no_type"
	reasonTooComplex Reason = "too_complex"
	reasonEnvelope   Reason = "envelope"
)

// bodyReasons lists every reason for which a body is refused.
func bodyReasons() []Reason {
	return []Reason{reasonBodyUnread, reasonTooLarge, reasonNotJSON, reasonNotObject, reasonNoType, reasonTooComplex, reasonEnvelope}
}

// Causes of a failed activity, as a metric label.
const (
	causeUnavailable = "unavailable"
	causeError       = "error"
	causePanic       = "panic"
)

// metrics are the numbers of the gate. Every label value is from a closed set;
// none says anything about a person or a case.
type metrics struct {
	rejections *prometheus.CounterVec
	failures   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
}

func newMetrics(registry prometheus.Registerer, keys *KeyCache, now func() time.Time) (*metrics, error) {
	m := &metrics{
		rejections: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "challengebot_inbound_rejected_total",
			Help: "Requests to /api/messages refused before any handling, by reason.",
		}, []string{"reason"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "challengebot_turn_failures_total",
			Help: "Authenticated turns that ended in an error, by cause.",
		}, []string{"cause"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "challengebot_turn_duration_seconds",
			Help:    "Time from an authenticated request to its answer, by kind. Teams gives up after 10 to 15 seconds.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15},
		}, []string{"kind"}),
	}
	age := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "challengebot_issuer_keys_age_seconds",
		Help: "Age of the issuer's signing keys in use; -1 before the first were fetched.",
	}, func() float64 { return keys.ageSeconds(now()) })
	usable := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "challengebot_issuer_keys",
		Help: "Usable signing keys of the issuer now known.",
	}, func() float64 { return float64(keys.count()) })

	for _, c := range []prometheus.Collector{m.rejections, m.failures, m.durations, age, usable} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("bot: registering metrics: %w", err)
		}
	}
	// A counter that exists at zero can be alerted on from its first increase.
	for _, r := range append(Reasons(), bodyReasons()...) {
		m.rejections.WithLabelValues(string(r))
	}
	for _, cause := range []string{causeUnavailable, causeError, causePanic} {
		m.failures.WithLabelValues(cause)
	}
	return m, nil
}

func (m *metrics) countRejection(r Reason) { m.rejections.WithLabelValues(string(r)).Inc() }

func (m *metrics) countFailure(cause string) { m.failures.WithLabelValues(cause).Inc() }

func (m *metrics) observeDuration(kind string, took time.Duration) {
	m.durations.WithLabelValues(kind).Observe(took.Seconds())
}

func bodyRejectReason(err error) Reason {
	switch {
	case errors.Is(err, ErrNoType):
		return reasonNoType
	case errors.Is(err, ErrNotObject):
		return reasonNotObject
	case errors.Is(err, ErrTooComplex):
		return reasonTooComplex
	case errors.Is(err, ErrOddEnvelope):
		return reasonEnvelope
	}
	return reasonNotJSON
}

// metricKind sorts an activity for the metrics; the set is closed whatever Teams sends.
func (a Activity) metricKind() string {
	switch a.Type {
	case TypeMessage:
		if _, submit := a.SubmitData(); submit {
			return "submit"
		}
		return "message"
	case TypeInvoke:
		switch a.Name {
		case InvokeCardAction:
			return "card_action"
		case InvokeTaskFetch:
			return "task_fetch"
		case InvokeTaskSubmit:
			return "task_submit"
		}
		return "invoke_other"
	case TypeConversationUpdate, TypeInstallationUpdate:
		return "membership"
	case TypeMessageReaction, TypeMessageUpdate, TypeMessageDelete:
		return "message_change"
	case TypeEvent:
		return "event"
	}
	return "other"
}
