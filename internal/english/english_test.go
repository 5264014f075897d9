package english

import "testing"

func TestCountsAgreeWithTheirNouns(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"0 days": Count(0, "day"), "1 day": Count(1, "day"), "2 days": Count(2, "day"), "-1 days": Count(-1, "day"), "21 days": Count(21, "day"),
		"1 person": CountOf(1, "person", "people"), "0 people": CountOf(0, "person", "people"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestATextBeginsWithACapital(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "stage": "Stage", "Stage 1": "Stage 1", "élan": "Élan", "ŵyl": "Ŵyl", "1st": "1st", "\xff\xfe": "\xff\xfe", "iRO": "IRO",
	} {
		if got := Capitalise(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
