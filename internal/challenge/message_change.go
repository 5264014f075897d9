package challenge

// MessageChange is what somebody did to a message in Teams after it had its effect.
type MessageChange string

// What can become of a message. A restored one had been deleted before.
const (
	MessageEdited   MessageChange = "edited"
	MessageDeleted  MessageChange = "deleted"
	MessageRestored MessageChange = "restored"
)

// RecordMessageChange records that the message which led to step Seq of the trail was changed
// in Teams. It undoes nothing and repeats nothing: what was sent stands as it was sent.
type RecordMessageChange struct {
	Seq    int
	Change MessageChange
}

func (cmd RecordMessageChange) decide(tr *transition) error { return tr.recordMessageChange(cmd) }

func (RecordMessageChange) recordsMessage() {}

// MessageChanged is the event that the message behind an earlier step is not any more what it was
// when it was acted on. The trail keeps what was sent.
type MessageChanged struct {
	Seq    int           `json:"seq"` // of the step that the message led to
	Change MessageChange `json:"change"`
}

// KindMessageChanged is stored.
const KindMessageChanged EventKind = "message_changed"

// Kind of the event.
func (MessageChanged) Kind() EventKind { return KindMessageChanged }

func (MessageChanged) isUnseenOnCards() {}

func (MessageChanged) apply(*Challenge, Event) {}

// recordMessageChange is possible in every state: messages are changed whenever people like.
// Nobody's card is affected and nobody is asked for anything.
func (tr *transition) recordMessageChange(cmd RecordMessageChange) error {
	known := cmd.Change == MessageEdited || cmd.Change == MessageDeleted || cmd.Change == MessageRestored
	if cmd.Seq < 1 || cmd.Seq > tr.c.Seq || !known {
		return newRefusal(CodeBadInput, sayNoSuchStep, tr.c.Ref)
	}
	tr.emit(MessageChanged(cmd), tr.c.Rung, len(tr.c.Openings))
	return nil
}
