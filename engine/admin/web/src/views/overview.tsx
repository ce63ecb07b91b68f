import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Link } from "wouter";
import { percent, plain, short, whole } from "../lib/format";
import { name, t } from "../lib/i18n";
import { lang } from "../lib/prefs";
import { Ring } from "../lib/ring";
import { type Shown, useView } from "../lib/stream";
import type { Overview } from "../lib/types";
import { Bars, Card, Settled, Stat } from "../ui/bits";
import { Chart } from "../ui/chart";

/** What is wrong and what to do about it, in the language chosen. */
const advice = (of: { note?: string; advice?: string }) => (lang.value === "zh" && of.advice) || of.note || "";

/** What charts remember: ten minutes at one a second. */
const remembered = 600;

interface Sample {
  at: number;
  rate: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export function OverviewView() {
  const shown = useSignal<Shown<Overview>>({ at: 0 });
  useView("overview", {}, shown);
  const past = useRef(new Ring<Sample>(remembered));
  const o = shown.value.value;
  useEffect(() => {
    if (!o) return;
    const total = o.stages.find((s) => s.name === "total");
    past.current.push({
      at: o.at / 1000,
      rate: o.since_start ? null : (o.messages?.per_second ?? null),
      p50: total?.p50 ?? null,
      p95: total?.p95 ?? null,
      p99: total?.p99 ?? null,
    });
  }, [o]);
  return (
    <>
      <h1>{t("overview")}</h1>
      <Settled of={shown.value}>{(v) => <Body o={v} past={past.current.all()} />}</Settled>
    </>
  );
}

function Body({ o, past }: { o: Overview; past: readonly Sample[] }) {
  const window = o.since_start ? t("sinceStart") : `${t("latest")} ${Math.round(o.window_s)} ${t("seconds")}`;
  const links = o.links.reduce((n, l) => n + l.total, 0);
  const per = t("perSecond");
  return (
    <div class="grid">
      <Card title={t("alarms")} wide>
        {o.alarms.length === 0 ? (
          <p class="good">✓ {t("allWell")}</p>
        ) : (
          <ul class="alarms">
            {o.alarms.map((a) => (
              <li key={a.key} class={a.level}>
                {a.key.startsWith("part.") ? `${t("health")}: ${name("part", a.key.slice(5))}` : name("alarm", a.key)}
                {a.value ? ` · ${a.key === "line" ? percent(a.value) : `${short(a.value)}${per}`}` : ""}
                {advice(a) && <small> {plain(advice(a))}</small>}
              </li>
            ))}
          </ul>
        )}
      </Card>
      <div class="stats wide">
        <Stat
          label={t("messagesIn")}
          value={o.messages && `${short(o.messages.per_second)}${per}`}
          note={o.messages && `${t("total")} ${whole(o.messages.total)}`}
        />
        <Stat
          label={t("within")}
          value={o.line.within === undefined ? undefined : percent(o.line.within)}
          note={`${whole(o.line.count)} · ${window}`}
          tone={o.line.within === undefined ? undefined : o.line.within >= 0.99 ? "good" : "bad"}
        />
        <Stat label={t("inFlight")} value={o.actors.in_flight === undefined ? undefined : whole(o.actors.in_flight)} />
        <Stat
          label={t("userActors")}
          value={o.actors.users === undefined ? undefined : whole(o.actors.users)}
          note={`${t("roomActors")} ${whole(o.actors.rooms)}`}
        />
        <Stat
          label={t("linksOpen")}
          value={whole(links)}
          note={o.links.map((l) => `${l.name} ${l.total}`).join(" · ")}
        />
        <Stat
          label={t("deadLetters")}
          value={o.actors.dead_letters && whole(o.actors.dead_letters.total)}
          note={`${t("restarts")} ${whole(o.actors.restarts?.total ?? 0)}`}
        />
      </div>
      <Card title={t("outcomes")} note={t("sinceStart")}>
        <Bars
          of={o.outcomes.map((c) => ({
            key: c.name,
            label: name("", c.name),
            value: c.total,
            text: `${whole(c.total)} · ${short(c.per_second)}${per}`,
          }))}
        />
        {o.quiet.length > 0 && (
          <p class="quiet">
            {t("quiet")}: {o.quiet.map((q) => `${name("quiet", q.name)} ${whole(q.total)}`).join(" · ")}
          </p>
        )}
        <h3>{t("decidedBy")}</h3>
        <Bars
          of={o.decided.map((c) => ({ key: c.name, label: name("", c.name), value: c.total, text: whole(c.total) }))}
        />
      </Card>
      <Card title={t("stages")} note={window}>
        <div class="scroll">
          <table aria-label={t("stages")}>
            <thead>
              <tr>
                <th>{t("stage")}</th>
                <th class="number">p50</th>
                <th class="number">p95</th>
                <th class="number">p99</th>
                <th class="number">{t("count")}</th>
              </tr>
            </thead>
            <tbody>
              {o.stages.map((s) => (
                <tr key={s.name}>
                  <th scope="row">{name("stage", s.name)}</th>
                  <td class="number">{short(s.p50)}</td>
                  <td class="number">{short(s.p95)}</td>
                  <td class="number">{short(s.p99)}</td>
                  <td class="number">{whole(s.count)}</td>
                </tr>
              ))}
              {o.no_data
                .filter((k) => k.startsWith("stage."))
                .map((k) => (
                  <tr key={k}>
                    <th scope="row">{name("stage", k.slice(6))}</th>
                    <td colSpan={4} class="quiet">
                      {t("noData")}
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </Card>
      <Card title={t("messagesIn")} note={per}>
        <Chart
          label={t("messagesIn")}
          unit=""
          series={[{ label: t("messagesIn"), color: "--c1" }]}
          data={[past.map((s) => s.at), past.map((s) => s.rate)]}
        />
      </Card>
      <Card title={`${name("stage", "total")} · ms`} note="0.8 s = 800">
        <Chart
          label={name("stage", "total")}
          unit=""
          series={[
            { label: "p50", color: "--c2" },
            { label: "p95", color: "--c1" },
            { label: "p99", color: "--c4" },
          ]}
          data={[past.map((s) => s.at), past.map((s) => s.p50), past.map((s) => s.p95), past.map((s) => s.p99)]}
        />
      </Card>
      <Card title={t("busiest")}>
        <div class="scroll">
          <table aria-label={t("busiest")}>
            <thead>
              <tr>
                <th>{t("room")}</th>
                <th class="number">{t("rate")}</th>
                <th class="number">{t("users")}</th>
                <th class="number">{t("viewers")}</th>
                <th class="number">{t("sold")}</th>
              </tr>
            </thead>
            <tbody>
              {o.busiest.map((r) => (
                <tr key={r.room}>
                  <td>
                    <Link href={`/rooms/${encodeURIComponent(r.room)}`}>{plain(r.room)}</Link>
                  </td>
                  <td class="number">{short(r.rate)}</td>
                  <td class="number">{whole(r.users)}</td>
                  <td class="number">{whole(r.viewers)}</td>
                  <td class="number">{whole(r.sold)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      <Card title={t("health")} note={o.version}>
        <ul class="health">
          {o.parts.map((p) => (
            <li key={p.name} class={p.state}>
              <b>{name("part", p.name)}</b> {name("", p.state)}
              {advice(p) && <small> {plain(advice(p))}</small>}
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
