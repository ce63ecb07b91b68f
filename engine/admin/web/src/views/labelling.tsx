import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { call, may } from "../lib/api";
import { day, percent, plain, whole } from "../lib/format";
import { intentName, intents, name, t } from "../lib/i18n";
import { keys, matching, stroke } from "../lib/keys";
import { refreshed, useLoad } from "../lib/load";
import type { UnsureLine, UnsurePage } from "../lib/types_library";
import { Card, Settled, Taken, why } from "../ui/bits";

const emotions = ["calm", "impatient", "hesitant", "satisfied"];
const sentiments = ["positive", "neutral", "negative"];

/** LabellingView shows lines that were not understood, one at a time, for a person to say what they mean. */
export function LabellingView() {
  const { shown, again } = useLoad<UnsurePage>("/v1/unsure?limit=200");
  // How many wait is asked for apart: the lines themselves stay as they are while somebody goes through them.
  const count = useLoad<UnsurePage>("/v1/unsure?limit=1", refreshed);
  return (
    <>
      <h1>{t("labelling")}</h1>
      <div class="tools">
        {count.shown.value.value && (
          <span>
            {t("waitingLines")} {whole(count.shown.value.value.waiting)}
          </span>
        )}
        <Taken of={count.shown.value} />
      </div>
      <Settled of={shown.value}>{(p) => <Desk key={shown.value.at} page={p} again={again} />}</Settled>
    </>
  );
}

/** Judged is what was said of a line, so that it can be taken up again. */
interface Judged {
  intent: string;
  emotion: string;
  sentiment: string;
}

function Desk({ page, again }: { page: UnsurePage; again: () => Promise<void> }) {
  const at = useSignal(0);
  const judged = useSignal<ReadonlyMap<number, Judged>>(new Map());
  const intent = useSignal("");
  const emotion = useSignal(page.lines[0]?.reading.emotion ?? "");
  const sentiment = useSignal(page.lines[0]?.reading.sentiment ?? "");
  const word = useSignal("");
  const failed = useSignal("");
  const busy = useSignal(false);
  const find = useRef<HTMLInputElement>(null);
  const line = page.lines[at.value];
  const found = matching(intents(), intentName, word.value);

  const goTo = (i: number) => {
    at.value = i;
    const next = page.lines[i];
    const before = next && judged.value.get(next.place);
    intent.value = before?.intent ?? "";
    emotion.value = before?.emotion ?? next?.reading.emotion ?? "";
    sentiment.value = before?.sentiment ?? next?.reading.sentiment ?? "";
    word.value = "";
    find.current?.blur();
  };
  const say = async (of: UnsureLine, body: object, then: () => void) => {
    if (busy.value) return;
    busy.value = true;
    failed.value = "";
    try {
      await call("POST", `/v1/unsure/${of.place}`, body);
      then();
    } catch (e) {
      failed.value = why(e);
    }
    busy.value = false;
  };
  // The handlers look the line up when they are called: keys come faster than the page is drawn.
  const now = () => page.lines[at.value];
  const keep = () => {
    const of = now();
    if (!of || !intent.value) return;
    const is = { intent: intent.value, emotion: emotion.value, sentiment: sentiment.value };
    const body = Object.fromEntries(Object.entries(is).filter(([, v]) => v));
    void say(of, body, () => {
      judged.value = new Map(judged.value).set(of.place, is);
      goTo(at.value + 1);
    });
  };
  const skip = () => {
    const of = now();
    if (of) void say(of, {}, () => goTo(at.value + 1));
  };
  const undo = () => {
    const before = page.lines[at.value - 1];
    if (!before) return;
    void say(before, { back: true }, () => {
      goTo(at.value - 1); // with what was said of it, to be put right
      const rest = new Map(judged.value);
      rest.delete(before.place);
      judged.value = rest;
    });
  };

  useLayoutEffect(() => {
    // Not after the page is drawn, as an effect would be: who sees a line may press a key.
    const press = (e: KeyboardEvent) => {
      if (e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement) return;
      if (e.key === "Enter" && e.target instanceof HTMLElement && e.target.matches("button, a")) return;
      const s = stroke(e);
      if (!s) return;
      e.preventDefault();
      if (s.do === "guess") intent.value = now()?.reading.top?.[s.at]?.intent ?? intent.value;
      else if (s.do === "emotion") emotion.value = emotions[s.at] ?? "";
      else if (s.do === "sentiment") sentiment.value = sentiments[s.at] ?? "";
      else if (s.do === "find") find.current?.focus();
      else if (s.do === "keep") keep();
      else if (s.do === "skip") skip();
      else undo();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });

  const choices = (of: readonly string[], chosen: typeof emotion, key: string, label: string) => (
    <fieldset class="chips">
      <legend>{label}</legend>
      {of.map((v, i) => (
        <button key={v} type="button" aria-pressed={chosen.value === v} onClick={() => (chosen.value = v)}>
          {name("", v)} <kbd>{key[i]}</kbd>
        </button>
      ))}
    </fieldset>
  );

  return (
    <>
      <div class="tools">
        <span>
          {t("labelled")} <b>{judged.value.size}</b>
        </span>
        <button type="button" onClick={() => void again()}>
          {t("reload")}
        </button>
        {may("label.read") && (
          <a href="/v1/labels/export" download="labels.tsv">
            {t("exportLabels")}
          </a>
        )}
      </div>
      {failed.value && (
        <p class="error" role="alert">
          {plain(failed.value, 600)}
        </p>
      )}
      {!line ? (
        <p class="quiet">{t(page.lines.length === 0 ? "noLines" : "noMoreLines")}</p>
      ) : (
        <Card title={`${at.value + 1} / ${page.lines.length}`} note={`${plain(line.room, 40)} · ${day(line.at)}`}>
          <p class="wanted" aria-live="polite">
            <bdi>{plain(line.text, 600)}</bdi> {line.times > 1 && <i class="tag">×{line.times}</i>}
          </p>
          <p class="read">
            {t("readAs")} <i class="tag">{intentName(line.reading.intent)}</i> {percent(line.reading.confidence)}
          </p>
          {line.reading.top && (
            <fieldset class="chips">
              <legend>{t("guesses")}</legend>
              {line.reading.top.map((g, i) => (
                <button
                  key={g.intent}
                  type="button"
                  aria-pressed={intent.value === g.intent}
                  onClick={() => (intent.value = g.intent)}
                >
                  {intentName(g.intent)} <small>{percent(g.p)}</small> <kbd>{keys.guess[i]}</kbd>
                </button>
              ))}
            </fieldset>
          )}
          <fieldset class="chips">
            <legend>{t("intent")}</legend>
            <label class="row">
              <span class="sr">{t("findIntent")}</span>
              <input
                ref={find}
                value={word.value}
                placeholder={t("findIntent")}
                onInput={(e) => (word.value = e.currentTarget.value)}
                onKeyDown={(e) => {
                  if (e.isComposing) return;
                  if (e.key === "Enter" && found[0]) {
                    intent.value = found[0];
                    word.value = "";
                    e.currentTarget.blur();
                  } else if (e.key === "Escape") e.currentTarget.blur();
                }}
              />{" "}
              <kbd>{keys.find}</kbd>
            </label>
            {found.map((i) => (
              <button key={i} type="button" aria-pressed={intent.value === i} onClick={() => (intent.value = i)}>
                {intentName(i)}
              </button>
            ))}
          </fieldset>
          {choices(emotions, emotion, keys.emotion, t("emotion"))}
          {choices(sentiments, sentiment, keys.sentiment, t("sentimentOf"))}
          <div class="tools">
            <button type="button" class="primary" disabled={!intent.value || busy.value} onClick={keep}>
              {t("save")} <kbd>{keys.keep}</kbd>
            </button>
            <button type="button" disabled={busy.value} onClick={skip}>
              {t("skipLine")} <kbd>{keys.skip}</kbd>
            </button>
            <button type="button" disabled={at.value === 0 || busy.value} onClick={undo}>
              {t("undo")} <kbd>{keys.undo}</kbd>
            </button>
          </div>
        </Card>
      )}
      {!line && at.value > 0 && (
        <button type="button" onClick={undo}>
          {t("undo")}
        </button>
      )}
    </>
  );
}
