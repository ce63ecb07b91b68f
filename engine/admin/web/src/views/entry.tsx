import { useSignal } from "@preact/signals";
import { Link } from "wouter";
import { call, Failure, may } from "../lib/api";
import { entryLines, linesOf, listOf } from "../lib/entry";
import { day, plain, whole } from "../lib/format";
import { intentName, intents, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import type { Entry, EntryNow, EntryText } from "../lib/types_library";
import { Card, Settled, Sure, why } from "../ui/bits";
import { Compare } from "../ui/diff";
import { Rehearsed } from "./rehearsal";

const pathOf = (id: string) => `/v1/entries/${encodeURIComponent(id)}`;

/** EntryView is one entry of the knowledge base: to be edited, compared and brought back. */
export function EntryView({ id }: { id: string }) {
  const { shown, again } = useLoad<EntryNow>(pathOf(id));
  const found = shown.value;
  const of = found.error?.startsWith("there is no such thing")
    ? { value: { past: [] } as EntryNow, at: found.at }
    : found;
  return (
    <>
      <h1>
        {t("knowledge")} · <bdi>{plain(id, 100)}</bdi> <Link href="/knowledge">{t("back")}</Link>
      </h1>
      <Settled of={of}>
        {(e) => <Editor key={`${id} ${e.now?.version ?? 0} ${e.past.length}`} id={id} entry={e} again={again} />}
      </Settled>
    </>
  );
}

function Editor({ id, entry, again }: { id: string; entry: EntryNow; again: () => Promise<void> }) {
  const now: EntryText = entry.now ?? { question: "", answer: "" };
  const base = useSignal(entry.now?.version ?? 0);
  const question = useSignal(now.question);
  const others = useSignal((now.alternatives ?? []).join("\n"));
  const answer = useSignal(now.answer);
  const tags = useSignal((now.tags ?? []).join("、"));
  const products = useSignal((now.products ?? []).join("、"));
  const chosen = useSignal(now.intents ?? []);
  const told = useSignal("");
  const good = useSignal(false);
  const theirs = useSignal<EntryNow | undefined>(undefined);
  const against = useSignal<Entry | undefined>(undefined);
  const writes = may("knowledge.write");
  const mine: EntryText = {
    question: question.value.trim(),
    alternatives: linesOf(others.value),
    answer: answer.value.trim(),
    tags: listOf(tags.value),
    products: listOf(products.value),
    intents: chosen.value,
  };
  const dirty = entryLines(mine) !== entryLines(now);

  const act = async (method: string, path: string, body?: object) => {
    told.value = "";
    try {
      await call(method, path, body);
      good.value = true;
      await again();
    } catch (e) {
      if (e instanceof Failure && e.status === 409) {
        const latest = await call<EntryNow>("GET", pathOf(id));
        if ((latest.now?.version ?? 0) !== base.value) {
          theirs.value = latest;
          return;
        }
      }
      told.value = why(e);
    }
  };
  const save = () => act("PUT", pathOf(id), { base: base.value, ...mine });
  const field = (label: string, of: typeof question, rows: number, note?: string) => (
    <label class="field">
      <span>
        {label} {note && <small>{note}</small>}
      </span>
      <textarea rows={rows} readOnly={!writes} value={of.value} onInput={(e) => (of.value = e.currentTarget.value)} />
    </label>
  );

  return (
    <div class="desk">
      <div>
        {told.value && (
          <p class="error" role="alert">
            {plain(told.value, 2000)}
          </p>
        )}
        {theirs.value && (
          <div class="asked">
            <h2>
              <span role="alert">{t("conflict")}</span>
            </h2>
            <Compare
              before={theirs.value.now ? entryLines(theirs.value.now) : ""}
              after={entryLines(mine)}
              label={t("conflict")}
            />
            <div class="tools">
              <button type="button" onClick={() => void again()}>
                {t("loadTheirs")}
              </button>
              <button
                type="button"
                onClick={() => {
                  base.value = theirs.value?.now?.version ?? 0;
                  theirs.value = undefined;
                  void save();
                }}
              >
                {t("saveMine")}
              </button>
            </div>
          </div>
        )}
        <Card title={t("text")}>
          {field(t("question"), question, 2)}
          {field(t("alternatives"), others, 4, t("oneALine"))}
          {field(t("answer"), answer, 4)}
          {field(t("tags"), tags, 1, t("withCommas"))}
          {field(t("products"), products, 1, t("withCommas"))}
          <fieldset class="chips">
            <legend>{t("intent")}</legend>
            {intents().map((i) => (
              <button
                key={i}
                type="button"
                disabled={!writes}
                aria-pressed={chosen.value.includes(i)}
                onClick={() =>
                  (chosen.value = chosen.value.includes(i) ? chosen.value.filter((c) => c !== i) : [...chosen.value, i])
                }
              >
                {intentName(i)}
              </button>
            ))}
          </fieldset>
          {writes && (
            <div class="tools">
              <button
                type="button"
                class="primary"
                disabled={!dirty || !mine.question || !mine.answer}
                onClick={() => void save()}
              >
                {t("save")}
              </button>
              {entry.now && (
                <Sure label={t("remove")} act={() => act("DELETE", `${pathOf(id)}?base=${entry.now?.version}`)} />
              )}
              {dirty ? <span class="quiet">{t("unsaved")}</span> : good.value && <span role="status">{t("done")}</span>}
            </div>
          )}
        </Card>
        {writes && <Rehearsed id={id} text={mine} />}
        {against.value && (
          <Card title={`${t("comparedWith")}${t("version")} ${against.value.version}`}>
            <Compare before={entryLines(against.value)} after={entryLines(mine)} label={t("compare")} />
          </Card>
        )}
      </div>
      <aside>
        <Card title={t("versions")}>
          <ol class="top">
            {entry.now && (
              <li>
                <b>{entry.now.version}</b> {day(entry.now.updated)} · {t("timesSaid")} {whole(entry.now.said)}
              </li>
            )}
            {entry.past.map((v) => (
              <li key={v.version}>
                <b>{v.version}</b> {day(v.updated)}{" "}
                <button type="button" class="link" onClick={() => (against.value = v)}>
                  {t("compare")}
                </button>
                {writes && (
                  <Sure
                    label={t("rollBack")}
                    act={() =>
                      act("POST", `${pathOf(id)}/rollback`, { base: entry.now?.version ?? 0, from: v.version })
                    }
                  />
                )}
              </li>
            ))}
          </ol>
          {!entry.now && entry.past.length === 0 && <p class="quiet">{t("noVersions")}</p>}
        </Card>
      </aside>
    </div>
  );
}
