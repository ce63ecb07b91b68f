import { useSignal } from "@preact/signals";
import { percent, plain, short, whole } from "../lib/format";
import { name, t } from "../lib/i18n";
import { type Shown, useView } from "../lib/stream";
import type { Inference, Stage } from "../lib/types";
import { Bars, Card, Settled, Stat } from "../ui/bits";

export function InferenceView() {
  const shown = useSignal<Shown<Inference>>({ at: 0 });
  useView("inference", {}, shown);
  return (
    <>
      <h1>{t("inference")}</h1>
      <Settled of={shown.value}>
        {(n) => (
          <div class="grid">
            <div class="stats wide">
              <Stat label={t("model")} value={n.model ? plain(n.model, 40) : undefined} note={n.created} />
              <Stat
                label={t("runtime")}
                value={n.runtime ? t("inUse") : t("away")}
                tone={n.runtime ? "good" : "bad"}
                note={n.degraded && plain(n.degraded)}
              />
              <Stat label={t("queue")} value={`${n.waiting} / ${n.limit}`} note={`${t("inFlight")} ${n.running}`} />
              <Stat label={t("hitRate")} value={percent(n.hit_rate)} />
            </div>
            {n.refused && <p class="error wide">{plain(n.refused)}</p>}
            <Card title={t("decidedBy")} note={t("sinceStart")}>
              <Bars
                of={n.decided.map((c) => ({
                  key: c.name,
                  label: name("", c.name),
                  value: c.total,
                  text: whole(c.total),
                }))}
              />
            </Card>
            <Card title={t("batchTexts")} note={`${Math.round(n.window_s)} ${t("seconds")}`}>
              <Quantiles of={n.batch} />
            </Card>
            <Card title={t("runMs")} note={`${Math.round(n.window_s)} ${t("seconds")}`}>
              <Quantiles of={n.run} />
            </Card>
            <Card title={t("fallbacks")} note={t("sinceStart")}>
              <dl>
                {n.fallbacks.map((f) => (
                  <div key={f.name}>
                    <dt>{f.name}</dt>
                    <dd>{whole(f.total)}</dd>
                  </div>
                ))}
              </dl>
            </Card>
          </div>
        )}
      </Settled>
    </>
  );
}

function Quantiles({ of }: { of: Stage | undefined }) {
  return (
    <div class="stats">
      <Stat label="p50" value={short(of?.p50)} />
      <Stat label="p95" value={short(of?.p95)} />
      <Stat label="p99" value={short(of?.p99)} />
      <Stat label={t("count")} value={of && whole(of.count)} />
    </div>
  );
}
