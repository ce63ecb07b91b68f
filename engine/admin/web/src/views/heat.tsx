import { useSignal } from "@preact/signals";
import { shade } from "../lib/entry";
import { day, percent, plain, whole } from "../lib/format";
import { intentName, t } from "../lib/i18n";
import { refreshed, useLoad } from "../lib/load";
import type { Heat } from "../lib/types_library";
import { Card, Settled, Taken } from "../ui/bits";

/** HeatMap shows what people ask most, a row for each question and a column for each hour of the shop's day. */
export function HeatMap() {
  const { shown, again } = useLoad<Heat>("/v1/heat", refreshed);
  const over = useSignal("");
  return (
    <Card title={t("heat")} note={t("heatNote")} wide>
      <Taken of={shown.value} again={again} />
      <Settled of={shown.value}>
        {(h) => {
          if (h.rows.length === 0) return <p class="quiet">{t("noHeat")}</p>;
          const most = Math.max(...h.rows.flatMap((r) => r.hours));
          return (
            <>
              <p class="tools">
                <span>
                  {t("countedSince")} {day(h.since)} · {t("askedInAll")} {whole(h.asked)}
                </span>
                <span class="quiet" aria-hidden="true">
                  {over.value}
                </span>
              </p>
              <div class="scroll">
                <table class="heat" aria-label={t("heat")}>
                  <thead>
                    <tr>
                      <th>{t("question")}</th>
                      <th class="number">{t("asked")}</th>
                      <th class="number">{t("replied")}</th>
                      {h.rows[0]?.hours.map((_, hour) => (
                        <th key={hour} scope="col">
                          {hour}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {h.rows.map((r) => (
                      <tr key={`${r.intent} ${r.product}`}>
                        <th scope="row">
                          {intentName(r.intent)}
                          {r.product && <small> {plain(r.product, 24)}</small>}
                        </th>
                        <td class="number">{whole(r.asked)}</td>
                        <td class="number">{percent(r.answered / r.asked)}</td>
                        {r.hours.map((n, hour) => (
                          <td
                            key={hour}
                            class={shade(n, most) > 0.55 ? "cell dark" : "cell"}
                            style={{ "--heat": `${Math.round(shade(n, most) * 100)}%` }}
                            onMouseEnter={() => (over.value = `${intentName(r.intent)} ${hour}:00 · ${n}`)}
                          >
                            {n || ""}
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {h.lost ? (
                <p class="quiet">
                  {t("heatLost")} {whole(h.lost)}
                </p>
              ) : null}
            </>
          );
        }}
      </Settled>
    </Card>
  );
}
