import { useSignal } from "@preact/signals";
import { call, may } from "../lib/api";
import { percent, plain, short, whole } from "../lib/format";
import { intentName, name, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { type Shown, useView } from "../lib/stream";
import type { Inference, Stage } from "../lib/types";
import { Bars, Card, Settled, Stat, Sure } from "../ui/bits";
import { Markdown } from "../ui/markdown";

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
                    <dt>{name("fallback", f.name)}</dt>
                    <dd>{whole(f.total)}</dd>
                  </div>
                ))}
              </dl>
            </Card>
            <Swap swaps={n.swaps} />
            <Card title={t("byIntent")} wide>
              <Intents of={n.intents} />
            </Card>
          </div>
        )}
      </Settled>
      <ModelCard />
    </>
  );
}

/** Swap takes the model that lies in the model folder by now; one that is refused leaves the present one in force. */
function Swap({ swaps }: { swaps: Inference["swaps"] }) {
  const said = useSignal("");
  const swap = async () => {
    said.value = "";
    said.value = `${t("inForce")} ${plain((await call<{ model: string }>("POST", "/v1/model/swap")).model, 60)}`;
  };
  return (
    <Card title={t("swaps")} note={t("sinceStart")}>
      <dl>
        {swaps.map((s) => (
          <div key={s.name}>
            <dt>{name("swaps", s.name)}</dt>
            <dd>{whole(s.total)}</dd>
          </div>
        ))}
      </dl>
      {may("model.swap") && (
        <div class="row">
          <Sure label={t("swap")} act={swap} then={(failed) => (said.value = failed ?? said.value)} />
          <span role="status">{said.value}</span>
        </div>
      )}
    </Card>
  );
}

function Intents({ of }: { of: Inference["intents"] }) {
  if (of.length === 0) return <p class="quiet">{t("noData")}</p>;
  return (
    <div class="scroll">
      <table aria-label={t("byIntent")}>
        <thead>
          <tr>
            <th>{t("intent")}</th>
            <th class="number">{t("count")}</th>
            <th class="number">{t("meanConfidence")}</th>
            <th class="number">{t("unsureShare")}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((i) => (
            <tr key={i.name}>
              <th scope="row">{intentName(i.name)}</th>
              <td class="number">{whole(i.total)}</td>
              <td class="number">{percent(i.mean)}</td>
              <td class="number">{percent(i.unsure / i.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ModelCard() {
  const open = useSignal(false);
  return (
    <div class="stack">
      <div class="row">
        <button type="button" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
          {open.value ? t("close") : t("showCard")}
        </button>
      </div>
      {open.value && <CardText />}
    </div>
  );
}

function CardText() {
  const { shown } = useLoad<{ model: string; text: string }>("/v1/inference/card");
  return (
    <Card title={t("modelCard")} note={plain(shown.value.value?.model ?? "", 60)}>
      <Settled of={shown.value}>{(c) => <Markdown of={c.text} />}</Settled>
    </Card>
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
