import { useSignal } from "@preact/signals";
import { day, plain, whole } from "../lib/format";
import { intentName, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import type { Scripts } from "../lib/types";
import { Settled, Stat } from "../ui/bits";

export function ScriptsView() {
  const { shown } = useLoad<Scripts>("/v1/scripts");
  const word = useSignal("");
  return (
    <>
      <h1>{t("scripts")}</h1>
      <Settled of={shown.value}>
        {(s) => {
          const want = word.value.toLowerCase();
          const list = s.list.filter(
            (x) =>
              want === "" ||
              [x.name, ...(x.intents ?? []).flatMap((i) => [i, intentName(i)]), ...x.texts].some((v) =>
                v.toLowerCase().includes(want),
              ),
          );
          return (
            <>
              <div class="stats">
                <Stat label={t("scripts")} value={whole(s.list.length)} />
                <Stat label={t("texts")} value={whole(s.texts)} />
                <Stat label={t("digest")} value={s.digest} />
                <Stat label={t("loaded")} value={day(s.loaded)} />
              </div>
              {s.refused && <p class="error">{plain(s.refused, 2000)}</p>}
              <div class="tools">
                <label class="row">
                  {t("search")}
                  <input type="search" value={word.value} onInput={(e) => (word.value = e.currentTarget.value)} />
                </label>
              </div>
              {list.length === 0 && <p class="quiet">{t("nothing")}</p>}
              {list.map((x) => (
                <details key={x.name} class="card">
                  <summary>
                    <b>{x.name}</b> <i class="tag">{x.own ? t("own") : t("library")}</i>{" "}
                    {(x.intents ?? []).map(intentName).join("、")}{" "}
                    <small>
                      {(x.topics ?? []).join(" ")} · {x.texts.length}
                    </small>
                  </summary>
                  <ul>
                    {x.texts.map((text) => (
                      <li key={text}>{plain(text, 1000)}</li>
                    ))}
                  </ul>
                </details>
              ))}
            </>
          );
        }}
      </Settled>
    </>
  );
}
