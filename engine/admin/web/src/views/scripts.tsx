import { useSignal } from "@preact/signals";
import { Link, useLocation } from "wouter";
import { may } from "../lib/api";
import { day, plain, whole } from "../lib/format";
import { intentName, name, t } from "../lib/i18n";
import { refreshed, useLoad } from "../lib/load";
import type { Scripts } from "../lib/types";
import { Settled, Stat, Taken } from "../ui/bits";

const sum = (of: number[]) => of.reduce((a, b) => a + b, 0);
const at = (file: string) => `/scripts/${encodeURIComponent(file)}`;

export function ScriptsView() {
  const { shown, again } = useLoad<Scripts>("/v1/scripts", refreshed);
  const word = useSignal("");
  return (
    <>
      <h1>{t("scripts")}</h1>
      <div class="tools">
        <Taken of={shown.value} again={again} />
      </div>
      <Settled of={shown.value}>
        {(s) => {
          const want = word.value.toLowerCase();
          const list = s.list.filter(
            (x) =>
              want === "" ||
              [
                x.name,
                x.file,
                ...(x.intents ?? []).flatMap((i) => [i, intentName(i)]),
                ...(x.topics ?? []).flatMap((k) => [k, name("topic", k)]),
                ...x.texts,
              ].some((v) => v.toLowerCase().includes(want)),
          );
          const loaded = new Set(s.list.filter((x) => x.own).map((x) => x.file));
          const others = s.files.filter((f) => !loaded.has(f));
          return (
            <>
              <div class="stats">
                <Stat label={t("scripts")} value={whole(s.list.length)} />
                <Stat label={t("texts")} value={whole(s.texts)} />
                <Stat label={t("digest")} value={s.digest} />
                <Stat label={t("loaded")} value={day(s.loaded)} />
              </div>
              {s.refused && (
                <p class="error">
                  {t("notInForce")} {plain(s.refused, 2000)}
                </p>
              )}
              {s.folder ? (
                <p class="quiet">
                  {t("folder")} <code>{plain(s.folder, 300)}</code>
                </p>
              ) : (
                <p class="asked">{t("noFolder")}</p>
              )}
              <div class="tools">
                <label class="row">
                  {t("search")}
                  <input type="search" value={word.value} onInput={(e) => (word.value = e.currentTarget.value)} />
                </label>
                <Link href={at("forbidden.txt")}>{t("forbiddenWords")}</Link>
                {s.folder && may("script.write") && <NewFile />}
              </div>
              {others.length > 0 && (
                <ul class="tools" aria-label={t("folder")}>
                  {others.map((f) => (
                    <li key={f}>
                      <Link href={at(f)}>{plain(f, 140)}</Link>
                    </li>
                  ))}
                </ul>
              )}
              {list.length === 0 && <p class="quiet">{t("nothing")}</p>}
              {list.map((x) => (
                <details key={x.name} class="card">
                  <summary>
                    <b>{x.name}</b> <i class="tag">{x.own ? t("own") : t("library")}</i>{" "}
                    {[...(x.intents ?? []).map(intentName), ...(x.topics ?? []).map((k) => name("topic", k))].join(
                      "、",
                    )}{" "}
                    <small>
                      {x.texts.length} {t("texts")} · {t("timesSaid")} {whole(sum(x.said))}
                    </small>
                  </summary>
                  <p>
                    <Link href={at(x.file)}>
                      {s.folder && may("script.write") ? t("edit") : t("view")} {x.file}
                    </Link>{" "}
                    <small>
                      {t("timesSaid")}：{t("saidNote")}
                    </small>
                  </p>
                  <table aria-label={x.name}>
                    <tbody>
                      {x.texts.map((text, i) => (
                        <tr key={x.variants[i]}>
                          <td>
                            <i class="tag">{x.variants[i]}</i>
                          </td>
                          <td>{plain(text, 1000)}</td>
                          <td class="number">{whole(x.said[i])}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </details>
              ))}
            </>
          );
        }}
      </Settled>
    </>
  );
}

/** NewFile opens a file that is not there yet. */
function NewFile() {
  const [, go] = useLocation();
  const name = useSignal("");
  const good = /^[^./\\:][^/\\:]*\.ya?ml$/.test(name.value);
  return (
    <form
      class="row"
      onSubmit={(e) => {
        e.preventDefault();
        if (good) go(at(name.value));
      }}
    >
      <input
        aria-label={t("fileName")}
        placeholder={t("fileName")}
        maxLength={120}
        value={name.value}
        onInput={(e) => (name.value = e.currentTarget.value.trim())}
      />
      <button type="submit" disabled={!good}>
        {t("newScript")}
      </button>
    </form>
  );
}
