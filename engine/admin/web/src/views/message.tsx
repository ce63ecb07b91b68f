import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, may, userPath } from "../lib/api";
import { day, percent, plain } from "../lib/format";
import { intentName, name, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import type { Reading, Turn } from "../lib/types";
import type { Label } from "../lib/types_trace";
import { Card, Row, Sure, why } from "../ui/bits";
import { TraceView } from "./trace";

interface Of {
  room: string;
  user: string;
  turn: Turn;
}

/** Message is one turn of a dialogue looked at: its way and reasons, its original, what it means. */
export function Message({ room, user, turn, again }: Of & { again: () => Promise<void> }) {
  const named = turn.id !== undefined && (turn.type === "comment" || turn.type === "message");
  return (
    <>
      {named && turn.masked && may("person.reveal") && <Reveal room={room} user={user} turn={turn} />}
      <Card title={t("why")}>
        {named && turn.traced ? (
          <TraceView room={room} user={user} type={turn.type ?? ""} id={turn.id ?? ""} />
        ) : (
          <Stored turn={turn} />
        )}
      </Card>
      {named && turn.text && may("label.write") && <Correct room={room} user={user} turn={turn} again={again} />}
    </>
  );
}

/** Stored tells what storage holds of why a reply was made. The candidates are read anew, and said to be. */
function Stored({ turn }: { turn: Turn }) {
  const now = useSignal<Reading | undefined>(undefined);
  const failed = useSignal("");
  useEffect(() => {
    now.value = undefined;
    failed.value = "";
    if (!turn.text) return;
    call<Reading>("POST", "/v1/read", { text: turn.text }).then(
      (r) => (now.value = r),
      (e: unknown) => (failed.value = why(e)),
    );
  }, [turn.at, turn.text, now, failed]);
  const r = turn.reading;
  return (
    <>
      <p class="quiet">{t("noTrace")}</p>
      <h3>{t("stored")}</h3>
      <dl>
        <Row label={t("intent")} value={intentName(turn.intent)} />
        {r && <Row label={t("confidence")} value={percent(r.confidence)} />}
        {r?.decided_by && <Row label={t("decidedBy")} value={name("", r.decided_by)} />}
        {r?.emotion && <Row label={t("emotion")} value={name("", r.emotion)} />}
        {turn.reply?.by && <Row label={t("by")} value={name("by", turn.reply.by)} />}
        {turn.reply?.script && <Row label={t("script")} value={turn.reply.script} />}
        {turn.reply?.variant && <Row label={t("variant")} value={turn.reply.variant} />}
        {turn.reply?.count !== undefined && <Row label={t("count")} value={String(turn.reply.count)} />}
        {turn.took_ms !== undefined && <Row label={t("took")} value={`${turn.took_ms} ms`} />}
      </dl>
      <h3>{t("candidates")}</h3>
      {failed.value && <p class="error">{failed.value}</p>}
      {now.value && (
        <ol class="top">
          {(now.value.top ?? [{ intent: now.value.intent, p: now.value.confidence }]).map((g) => (
            <li key={g.intent}>
              {intentName(g.intent)} <meter value={g.p} max={1} aria-label={intentName(g.intent)} />{" "}
              {percent(Math.round(g.p * 1000) / 1000)}
            </li>
          ))}
        </ol>
      )}
      {now.value?.entities && (
        <>
          <h3>{t("entities")}</h3>
          <ul class="top">
            {now.value.entities.map((e) => (
              <li key={e.kind + e.value}>
                <i class="tag">{e.kind}</i> <bdi>{plain(e.value, 60)}</bdi>{" "}
                {e.norm && <small>{plain(`${e.norm} ${e.unit ?? ""}`, 60)}</small>}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** Reveal shows a message as it was written, for a reason that the audit log holds first. It is forgotten with the turn. */
function Reveal({ room, user, turn }: Of) {
  const asked = useSignal(false);
  const reason = useSignal("");
  const failed = useSignal("");
  const shown = useSignal<{ text: string; reply?: string } | undefined>(undefined);
  useEffect(() => {
    asked.value = false;
    reason.value = failed.value = "";
    shown.value = undefined;
  }, [turn.type, turn.id, asked, reason, failed, shown]);
  const show = async () => {
    try {
      const body = { type: turn.type, id: turn.id, reason: reason.value.trim() };
      shown.value = await call("POST", `${userPath(room, user)}/reveal`, body);
      failed.value = "";
    } catch (e) {
      failed.value = why(e);
    }
  };
  return (
    <Card title={t("original")}>
      {failed.value && (
        <p class="error" role="alert">
          {failed.value}
        </p>
      )}
      {shown.value ? (
        <>
          <p class="original">
            <bdi>{plain(shown.value.text, 4000)}</bdi>
          </p>
          {shown.value.reply && (
            <p class="original">
              <bdi>{plain(shown.value.reply, 4000)}</bdi>
            </p>
          )}
          <button type="button" onClick={() => (shown.value = undefined)}>
            {t("hide")}
          </button>
        </>
      ) : asked.value ? (
        <form
          class="sheet"
          onSubmit={(e) => {
            e.preventDefault();
            void show();
          }}
        >
          <label>
            {t("revealWhy")}
            <input
              required
              minLength={4}
              maxLength={200}
              value={reason.value}
              onInput={(e) => (reason.value = e.currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary">
            {t("reveal")}
          </button>
        </form>
      ) : (
        <button type="button" onClick={() => (asked.value = true)}>
          {t("reveal")}
        </button>
      )}
    </Card>
  );
}

interface Intent {
  key: string;
  domain: string;
}

const emotions = ["calm", "impatient", "hesitant", "satisfied"] as const;
const sentiments = ["positive", "neutral", "negative"] as const;

/** Correct lets a person say what a message means. */
function Correct({ room, user, turn, again }: Of & { again: () => Promise<void> }) {
  const { shown } = useLoad<{ intents: Intent[] }>("/v1/taxonomy");
  const intent = useSignal("");
  const emotion = useSignal("");
  const sentiment = useSignal("");
  const failed = useSignal("");
  const said = useSignal<Label | undefined>(undefined);
  useEffect(() => {
    intent.value = failed.value = "";
    emotion.value = turn.label?.emotion ?? turn.reading?.emotion ?? "";
    sentiment.value = turn.label?.sentiment ?? turn.reading?.sentiment ?? "";
    said.value = turn.label;
  }, [turn.type, turn.id, intent, failed, emotion, sentiment, said]);
  const all = shown.value.value?.intents ?? [];
  const keep = async () => {
    const body: Record<string, string | undefined> = { type: turn.type, id: turn.id, intent: intent.value };
    if (emotion.value) body.emotion = emotion.value;
    if (sentiment.value) body.sentiment = sentiment.value;
    try {
      said.value = await call<Label>("PUT", `${userPath(room, user)}/label`, body);
      failed.value = "";
      await again();
    } catch (e) {
      failed.value = why(e);
    }
  };
  const withdraw = async () => {
    await call(
      "DELETE",
      `${userPath(room, user)}/label?${new URLSearchParams({ type: turn.type ?? "", id: turn.id ?? "" })}`,
    );
    said.value = undefined;
    await again();
  };
  return (
    <Card title={t("correct")} note={t("forTraining")}>
      {failed.value && (
        <p class="error" role="alert">
          {failed.value}
        </p>
      )}
      {said.value && (
        <p role="status">
          {t("corrected")} <b>{intentName(said.value.intent)}</b>{" "}
          <small>{`${t("correctedBy")} ${plain(said.value.by, 64)} · ${day(said.value.at)}`}</small>{" "}
          <Sure label={t("withdraw")} act={withdraw} then={(why) => (failed.value = why ?? "")} />
        </p>
      )}
      <form
        class="sheet"
        onSubmit={(e) => {
          e.preventDefault();
          if (intent.value) void keep();
        }}
      >
        <label>
          {t("rightIntent")}
          <select required value={intent.value} onChange={(e) => (intent.value = e.currentTarget.value)}>
            <option value="">{t("chooseIntent")}</option>
            {[...new Set(all.map((i) => i.domain))].map((d) => (
              <optgroup key={d} label={name("domain", d)}>
                {all
                  .filter((i) => i.domain === d)
                  .map((i) => (
                    <option key={i.key} value={i.key}>
                      {intentName(i.key)}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
        </label>
        <label>
          {t("emotion")}
          <select value={emotion.value} onChange={(e) => (emotion.value = e.currentTarget.value)}>
            <option value="">{t("notJudged")}</option>
            {emotions.map((e) => (
              <option key={e} value={e}>
                {t(e)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("sentiment")}
          <select value={sentiment.value} onChange={(e) => (sentiment.value = e.currentTarget.value)}>
            <option value="">{t("notJudged")}</option>
            {sentiments.map((s) => (
              <option key={s} value={s}>
                {t(s)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary">
          {t("save")}
        </button>
      </form>
    </Card>
  );
}
