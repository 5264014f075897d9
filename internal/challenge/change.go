package challenge

// Change is what a command did.
type Change struct {
	Next   Challenge
	Events []Event
	Posts  []Post
	// Refusal is for the person who gave the command, when it did not do what they
	// wanted though something was recorded (a reply that came too late).
	Refusal *Refusal
}

// HasEvents reports whether there is anything to write.
func (c Change) HasEvents() bool { return len(c.Events) > 0 }
