package console

// Trace is the way of one message through the node, and why it got its reply. Times of spans are microseconds since At.
type Trace struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	At      int64  `json:"at" doc:"when it was received"`
	TotalUs int64  `json:"total_us"`
	Spans   []Span `json:"spans" doc:"in order"`

	Mailbox int64  `json:"mailbox" doc:"messages that waited in its user's mailbox when it came"`
	Waiting int    `json:"waiting" doc:"texts that waited for the model when it came"`
	Batch   int    `json:"batch,omitempty" doc:"texts in its run of the model; left out when there was none"`
	From    string `json:"from,omitempty" doc:"keyword, cache, model, or why it was read without the model"`

	Outcome string   `json:"outcome,omitempty"`
	Reason  string   `json:"reason,omitempty"`
	Reading *Reading `json:"reading,omitempty"`
	Rule    *Rule    `json:"rule,omitempty" doc:"the shop's keyword rule that decided"`
	Reply   *Answer  `json:"reply,omitempty"`

	Before Position `json:"before" doc:"of the dialogue, when it was decided about"`
	After  Position `json:"after" doc:"when it had ended"`
	Topic  string   `json:"topic,omitempty" doc:"the occasion that the reply stands for, when it is not the intent's own answer"`

	Book        string       `json:"book,omitempty" doc:"version of the scripts in force"`
	Said        []Said       `json:"said" doc:"the sentences of the reply"`
	Figures     []LiveFigure `json:"figures" doc:"live numbers that it says or rests on"`
	Entry       *Entry       `json:"entry,omitempty" doc:"the entry of the shop's knowledge that answered"`
	Experiments []string     `json:"experiments" doc:"none yet"`
}

// Span is the time a message spent in one stage.
type Span struct {
	Stage  string `json:"stage" enum:"decode,mailbox,batch,model,back,room,step,commit,send"`
	FromUs int64  `json:"from_us"`
	Us     int64  `json:"us"`
}

// Rule is a keyword rule that matched.
type Rule struct {
	Match string `json:"match" enum:"exact,prefix,contains"`
	Text  string `json:"text"`
}

// Position is where a dialogue stands.
type Position struct {
	Slots []Slot `json:"slots"`
	Open  []Slot `json:"open" doc:"what the engine waits for"`
}

// Said is one sentence of a reply.
type Said struct {
	Part    string `json:"part" enum:"main,also,lead,tail"`
	Topic   string `json:"topic,omitempty"`
	Script  string `json:"script"`
	Variant string `json:"variant,omitempty"`
}

// LiveFigure is one live number behind a reply.
type LiveFigure struct {
	Name    string `json:"name"`
	Value   int64  `json:"value"`
	AgeMs   int64  `json:"age_ms" doc:"when it was said"`
	LimitMs int64  `json:"limit_ms" doc:"the age up to which it may be said"`
	Version uint64 `json:"version" doc:"of the snapshot it came from"`
}

// Entry is an entry of the shop's knowledge that answered.
type Entry struct {
	ID      string  `json:"id"`
	Version uint64  `json:"version"`
	Exact   bool    `json:"exact"`
	Score   float64 `json:"score" doc:"how alike the questions are, 0 to 1"`
}
