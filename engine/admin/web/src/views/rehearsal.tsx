import { useSignal } from "@preact/signals";
import { Link } from "wouter";
import { useCheck } from "../lib/check";
import { clock, percent, plain, whole } from "../lib/format";
import { intentName, t } from "../lib/i18n";
import type { EntryChecked, EntryText } from "../lib/types_library";
import { Card, why } from "../ui/bits";
import { RoomPick } from "./roompick";

/** A check with the time at which it was made. */
type Made = EntryChecked & { at: number };

/**
 * Rehearsed checks an entry while it is written, and shows who would answer its questions in a room: the entry itself,
 * another one, or the scripts.
 */
export function Rehearsed(p: { id: string; text: EntryText }) {
  const room = useSignal("demo");
  const tried = useSignal("");
  const made = useSignal<Made | undefined>(undefined);
  const written = p.text.question !== "" || p.text.answer !== "";
  useCheck<EntryChecked>(
    "/v1/entries/check",
    written
      ? { id: p.id, ...p.text, room: room.value, ...(tried.value.trim() ? { try: tried.value.trim() } : {}) }
      : undefined,
    made,
    (e) => ({ problems: [{ text: why(e) }], asked: [], figures: {} }),
  );
  const c = made.value;
  return (
    <Card title={t("preview")} note={t("rehearsalNote")}>
      <div class="tools">
        <RoomPick room={room} />
        <label class="row">
          {t("tryQuestion")}
          <input value={tried.value} maxLength={500} onInput={(e) => (tried.value = e.currentTarget.value)} />
        </label>
      </div>
      {!written ? (
        <p class="quiet">{t("nothingWritten")}</p>
      ) : !c ? (
        <p class="quiet">{t("checking")}</p>
      ) : (
        <Result of={c} />
      )}
    </Card>
  );
}

function Result({ of }: { of: Made }) {
  const f = of.figures;
  return (
    <>
      <div aria-live="polite">
        {of.problems.length === 0 ? (
          <p class="note">{t("noProblems")}</p>
        ) : (
          <>
            <h3>{t("problems")}</h3>
            <ul class="top bad">
              {of.problems.map((x, i) => (
                <li key={`${i}${x.text}`}>{plain(x.text, 600)}</li>
              ))}
            </ul>
          </>
        )}
      </div>
      <p class="quiet">
        {t("takenAt")} {clock(of.at)}：{t("about")} {of.product ? plain(of.product, 60) : t("noProductShown")} ·{" "}
        {t("viewers")} {whole(f.viewers)} · {t("sold")} {whole(f.sold)} · {t("stock")} {whole(f.stock)}
      </p>
      <ul class="trials" aria-label={t("preview")}>
        {of.asked.map((a) => (
          <li key={a.question}>
            <bdi>{plain(a.question, 200)}</bdi> <i class="tag">{intentName(a.intent)}</i>
            <div>
              {a.by === "this" && <b class="good">{t("thisAnswers")}</b>}
              {a.by === "other" && (
                <b class="bad">
                  {t("otherAnswers")}{" "}
                  <Link href={`/knowledge/${encodeURIComponent(a.entry ?? "")}`}>{plain(a.entry ?? "", 60)}</Link>
                </b>
              )}
              {a.by === "script" && <b>{t("scriptsAnswer")}</b>}{" "}
              {a.by !== "script" && <small>{a.exact ? t("exactly") : `${t("alike")} ${percent(a.score)}`}</small>}
            </div>
            {a.text && <bdi>↳ {plain(a.text, 600)}</bdi>}
          </li>
        ))}
      </ul>
    </>
  );
}
