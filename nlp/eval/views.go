package main

import (
	"liveroom/engine/live"
)

// sure is the confidence from which the table counts an answer as given.
const sure = 0.85

// asJudged makes chatter and unknown one label, as the taxonomy has it.
func asJudged(i live.Intent) live.Intent {
	if i == live.IntentChatter {
		return live.IntentUnknown
	}
	return i
}

// business tells whether a shop acts on the intent.
func business(i live.Intent) bool { return i.Domain() != live.IntentUnknown.Domain() }

// fires tells whether a reading acts on a business intent.
func fires(r *live.Reading) bool { return business(r.Intent) && r.Confidence >= sure }

// The views of answered lines by one level of the taxonomy.

func domains(all []answered) []pair {
	return view(all, func(a *answered) pair { return pair{int(a.intent.Domain()), int(a.got.Intent.Domain())} })
}

func intents(all []answered) []pair {
	return view(all, func(a *answered) pair { return pair{int(asJudged(a.intent)), int(asJudged(a.got.Intent))} })
}

func emotions(all []answered) []pair {
	return view(all, func(a *answered) pair { return pair{int(a.emotion), int(a.got.Emotion)} })
}

func sentiments(all []answered) []pair {
	return view(all, func(a *answered) pair { return pair{int(a.sentiment), int(a.got.Sentiment)} })
}

func confidences(all []answered) []judged {
	return view(all, func(a *answered) judged {
		return judged{float64(a.got.Confidence), asJudged(a.intent) == asJudged(a.got.Intent)}
	})
}

func view[T any](all []answered, of func(*answered) T) []T {
	out := make([]T, len(all))
	for i := range all {
		out[i] = of(&all[i])
	}
	return out
}

func filter(all []answered, keep func(*answered) bool) (out []answered) {
	for i := range all {
		if keep(&all[i]) {
			out = append(out, all[i])
		}
	}
	return out
}
