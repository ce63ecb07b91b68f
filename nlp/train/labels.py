"""The words of the taxonomy, in the order of the model's outputs (engine/live/intent.go)."""

INTENTS = (
    "stock size style material suitability efficacy usage spec price promo gift compare authenticity shelf_life "
    "recommend ordering ship_time tracking delivery return_refund exchange refund_progress warranty order_change "
    "invoice missing_damaged quality_complaint service_complaint suggestion human affirm deny greeting praise "
    "chatter unknown"
).split()
EMOTIONS = ["calm", "impatient", "hesitant", "satisfied"]
SENTIMENTS = ["positive", "neutral", "negative"]

INTENT = {k: i for i, k in enumerate(INTENTS)}
EMOTION = {k: i for i, k in enumerate(EMOTIONS)}
SENTIMENT = {k: i for i, k in enumerate(SENTIMENTS)}
CHATTER, UNKNOWN = INTENT["chatter"], INTENT["unknown"]
BUSINESS = list(range(INTENT["human"]))  # the 29 intents a shop acts on

_SPANS = {"presale": 16, "logistics": 3, "aftersale": 7, "complaint": 3, "other": 7}
DOMAINS = [name for name, n in _SPANS.items() for _ in range(n)]  # DOMAINS[intent] is level 1
