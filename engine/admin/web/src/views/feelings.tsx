import { useMemo } from "preact/hooks";
import { clock, whole } from "../lib/format";
import { t } from "../lib/i18n";
import { feelings, reaching, sharesOf } from "../lib/shares";
import type { RoomNow } from "../lib/types";
import { Card } from "../ui/bits";
import { Chart } from "../ui/chart";

const colors = { positive: "--c2", neutral: "--c5", negative: "--c4" };

/** Feelings draws how a room's messages were read, minute by minute: the engine counts, whether a page is open or not. */
export function Feelings({ of }: { of: RoomNow["sentiment"] }) {
  const shares = useMemo(() => sharesOf(of.minutes), [of.minutes]);
  const data = useMemo(() => reaching(shares.data, 600), [shares]);
  return (
    <Card title={t("sentimentOverTime")} note={t("sentimentNote")}>
      {shares.from === undefined ? (
        <p class="quiet">{t(of.full ? "sentimentFull" : "noData")}</p>
      ) : (
        <>
          <p class="quiet">
            {t("sentimentSince")} {clock(shares.from).slice(0, 5)}
            {t("sentimentRead")}
            {whole(shares.all)}
            {feelings.map((f) => ` · ${t(f)} ${whole(shares.n[f])}`)}
          </p>
          <Chart
            label={t("sentimentOverTime")}
            unit="%"
            series={feelings.map((f) => ({ label: t(f), color: colors[f] }))}
            most={100}
            data={data}
          />
        </>
      )}
    </Card>
  );
}
