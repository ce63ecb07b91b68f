import { useSignal } from "@preact/signals";
import { Link } from "wouter";
import { may } from "../lib/api";
import { csv, day, percent, plain, short, whole } from "../lib/format";
import { name, t } from "../lib/i18n";
import { refreshed, useLoad } from "../lib/load";
import type { Case, Figures } from "../lib/types";
import { Card, Settled, save, Taken } from "../ui/bits";

type Figure = Figures["list"][number];

function written(f: Figure, v: number | undefined): string {
  if (v === undefined) return "—";
  return f.unit === "share" ? percent(v) : `${short(v)}${f.unit === "seconds" ? " s" : ""}`;
}

/** missed tells whether a figure misses its target; one without data misses nothing. */
function missed(f: Figure): boolean {
  if (f.value === undefined || f.target === undefined) return false;
  return f.at_most ? f.value > f.target : f.value < f.target;
}

/** table is every figure as rows of a spreadsheet; one without data has an empty cell. */
function table(f: Figures): (string | number | undefined)[][] {
  return [
    ["key", "name", "value", "unit", "target", "target_is", "count", "source", "definition", "since", "at"],
    ...f.list.map((x) => [
      x.key,
      name("figure", x.key),
      x.value,
      x.unit,
      x.target,
      x.target === undefined ? undefined : x.at_most ? "at most" : "at least",
      x.source ? x.count : undefined,
      x.source,
      name("define", x.key),
      new Date(f.since).toISOString(),
      new Date(f.at).toISOString(),
    ]),
  ];
}

export function FiguresView() {
  const { shown, again } = useLoad<Figures>("/v1/figures", refreshed);
  const chosen = useSignal("");
  return (
    <>
      <h1>{t("figures")}</h1>
      <div class="tools">
        <Taken of={shown.value} again={again} />
      </div>
      <Settled of={shown.value}>
        {(f) => (
          <div class="stack">
            <div class="tools">
              <button
                type="button"
                onClick={() => save("figures.csv", "text/csv;charset=utf-8", `\ufeff${csv(table(f))}`)}
              >
                {t("csv")}
              </button>
              <button
                type="button"
                onClick={() => save("figures.json", "application/json", JSON.stringify(f, null, 2))}
              >
                {t("json")}
              </button>
              <span class="quiet">
                {t("sinceStart")} {day(f.since)} – {day(f.at)}
              </span>
            </div>
            <div class="scroll">
              <table aria-label={t("figures")}>
                <thead>
                  <tr>
                    <th>{t("figures")}</th>
                    <th class="number">{t("value")}</th>
                    <th class="number">{t("target")}</th>
                    <th class="number">{t("count")}</th>
                    <th>{t("source")}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {f.list.map((x) => (
                    <tr key={x.key}>
                      <th scope="row">
                        {name("figure", x.key)}
                        <small class="define">{name("define", x.key)}</small>
                      </th>
                      <td class="number">
                        {x.value === undefined ? (
                          <i class="quiet">{t("noData")}</i>
                        ) : (
                          <b class={missed(x) ? "bad" : ""}>{written(x, x.value)}</b>
                        )}
                      </td>
                      <td class="number">
                        {x.target === undefined ? "—" : `${x.at_most ? "≤" : "≥"} ${written(x, x.target)}`}
                      </td>
                      <td class="number">{x.source ? whole(x.count) : "—"}</td>
                      <td>{x.source ? <code>{x.source}</code> : <i class="quiet">{t("noSource")}</i>}</td>
                      <td>
                        {x.cases && x.count > 0 && may("dialogue.read") && (
                          <button
                            type="button"
                            aria-label={`${t("showCases")} ${name("figure", x.key)}`}
                            aria-expanded={chosen.value === x.key}
                            onClick={() => (chosen.value = chosen.value === x.key ? "" : x.key)}
                          >
                            {t("showCases")}
                          </button>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {chosen.value && <Behind key={chosen.value} figure={chosen.value} />}
          </div>
        )}
      </Settled>
    </>
  );
}

/** Behind are the latest dialogues behind a figure. */
function Behind({ figure }: { figure: string }) {
  const { shown } = useLoad<{ cases: Case[] }>(`/v1/figures/${encodeURIComponent(figure)}/cases`);
  return (
    <Card title={`${t("casesOf")}${name("figure", figure)}`} note={t("casesNote")}>
      <Settled of={shown.value}>
        {(list) =>
          list.cases.length === 0 ? (
            <p class="quiet">{t("nothing")}</p>
          ) : (
            <div class="scroll">
              <table aria-label={`${t("casesOf")}${name("figure", figure)}`}>
                <thead>
                  <tr>
                    <th>{t("moment")}</th>
                    <th>{t("room")}</th>
                    <th>{t("user")}</th>
                    <th>{t("event")}</th>
                    <th>{t("note")}</th>
                    <th class="number">{t("tookMs")}</th>
                  </tr>
                </thead>
                <tbody>
                  {list.cases.map((c) => (
                    <tr key={`${c.at}/${c.room}/${c.user}/${c.event ?? ""}`}>
                      <td>{day(c.at)}</td>
                      <td>{plain(c.room, 40)}</td>
                      <td>
                        <Link href={`/rooms/${encodeURIComponent(c.room)}/users/${encodeURIComponent(c.user)}`}>
                          <bdi>{plain(c.user, 40)}</bdi>
                        </Link>
                      </td>
                      <td>
                        <code>{plain(c.event ?? "", 40)}</code>
                      </td>
                      <td>{c.note && name("case", c.note)}</td>
                      <td class="number">{whole(c.took_ms)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Settled>
    </Card>
  );
}
