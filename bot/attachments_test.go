package bot

import (
	"encoding/json"
	"testing"
)

func TestAPictureAFileOrARecordingIsToldFromWhatTeamsAddsToAText(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]bool{
		``: false, `null`: false, `[]`: false, `{}`: false, `"x"`: false, `[7,null,"x",{}]`: false,
		`[{"contentType":"text/html","content":"<p>We visit.</p>"}]`:                                                               false,
		`[{"contentType":"text/html; charset=utf-8","content":{"a":1}}]`:                                                           false,
		`[{"contentType":"text/html","content":"<p><img itemtype=\"http://schema.skype.com/Emoji\" src=\"x\"></p>"}]`:              false,
		`[{"contentType":"application/vnd.microsoft.card.adaptive","content":{}}]`:                                                 false,
		`[{"contentType":"application/vnd.microsoft.card.codesnippet","content":{}}]`:                                              false,
		`[{"contentType":"messageReference","content":"{}"}]`:                                                                      false,
		`[{"contentType":"forwardedMessageReference","content":"{}"}]`:                                                             false,
		`[{"contentType":"image/*","contentUrl":"https://x"}]`:                                                                     true,
		`[{"contentType":"IMAGE/PNG","contentUrl":"https://x"}]`:                                                                   true,
		`[{"contentType":"text/html","content":"<p/>"},{"contentType":"image/jpeg","contentUrl":"https://x"}]`:                     true,
		`[{"contentType":"text/html","content":"<div><img src=\"https://graph.microsoft.com/x/hostedContents/1/$value\"></div>"}]`: true,
		`[{"contentType":"text/html","content":"<IMG itemtype='http://schema.skype.com/AMSImage'>"}]`:                              true,
		`[{"contentType":"application/vnd.microsoft.teams.file.download.info","name":"plan.docx","content":{"fileType":"docx"}}]`:  true,
		`[{"contentType":"reference","contentUrl":"https://x.sharepoint.com/plan.docx"}]`:                                          true,
		`[{"contentType":"application/pdf","contentUrl":"https://x"}]`:                                                             true,
		`[{"contentType":"audio/mp4","contentUrl":"https://x"}]`:                                                                   true,
		`[{"contentType":"video/mp4","contentUrl":"https://x"}]`:                                                                   true,
		`[{"contentType":"application/vnd.microsoft.card.audio","content":{"media":[]}}]`:                                          true,
	} {
		if got := (Activity{Attachments: json.RawMessage(list)}).hasFile(); got != want {
			t.Errorf("%s: %v", list, got)
		}
	}
}
