import { csv, percent, short, whole } from "../lib/format";
import { name, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import type { Figures } from "../lib/types";
import { Settled, save } from "../ui/bits";

type Figure = Figures["list"][number];

function written(f: Figure, v: number | undefined): string {
  if (v === undefined) return "—";
  return f.unit === "share" ? percent(v) : `${short(v)}${f.unit === "seconds" ? " s" : ""}`;
}

export function FiguresView() {
  const { shown } = useLoad<Figures>("/v1/figures");
  return (
    <>
      <h1>{t("figures")}</h1>
      <Settled of={shown.value}>
        {(f) => (
          <>
            <div class="tools">
              <button
                type="button"
                onClick={() =>
                  save(
                    "figures.csv",
                    "text/csv;charset=utf-8",
                    `\ufeff${csv([["key", "value", "unit", "target", "count", "source"], ...f.list.map((x) => [x.key, x.value, x.unit, x.target, x.count, x.source])])}`,
                  )
                }
              >
                {t("csv")}
              </button>
              <button
                type="button"
                onClick={() => save("figures.json", "application/json", JSON.stringify(f, null, 2))}
              >
                {t("json")}
              </button>
              <span class="quiet">{t("sinceStart")}</span>
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
                  </tr>
                </thead>
                <tbody>
                  {f.list.map((x) => (
                    <tr key={x.key}>
                      <th scope="row">{name("figure", x.key)}</th>
                      <td class="number">
                        {x.value === undefined ? <i class="quiet">{t("noData")}</i> : written(x, x.value)}
                      </td>
                      <td class="number">
                        {x.target === undefined ? "—" : `${x.at_most ? "≤" : "≥"} ${written(x, x.target)}`}
                      </td>
                      <td class="number">{x.source ? whole(x.count) : "—"}</td>
                      <td>{x.source ? <code>{x.source}</code> : "—"}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </Settled>
    </>
  );
}
