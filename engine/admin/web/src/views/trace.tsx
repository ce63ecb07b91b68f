import { userPath } from "../lib/api";
import { percent, plain } from "../lib/format";
import { intentName, name, slotText, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { changes, span } from "../lib/trace";
import type { Trace } from "../lib/types_trace";
import { Card, Row, Settled } from "../ui/bits";
import { Waterfall } from "../ui/waterfall";

/** tracePath is where the way of a message is asked for. */
export function tracePath(room: string, user: string, type: string, id: string): string {
  return `${userPath(room, user)}/trace?type=${encodeURIComponent(type)}&id=${encodeURIComponent(id)}`;
}

/** TraceView shows one message's way through the node, and why it got its reply. */
export function TraceView(p: { room: string; user: string; type: string; id: string }) {
  const { shown } = useLoad<Trace>(tracePath(p.room, p.user, p.type, p.id));
  return (
    <Settled of={shown.value}>
      {(trace) => (
        <>
          <Waterfall trace={trace} />
          <Reasons trace={trace} />
        </>
      )}
    </Settled>
  );
}

function Reasons({ trace }: { trace: Trace }) {
  const r = trace.reading;
  const moved = changes(trace.before, trace.after);
  return (
    <>
      <dl>
        {trace.from && <Row label={t("readFrom")} value={name("read", trace.from)} />}
        {r?.decided_by && <Row label={t("decidedBy")} value={name("", r.decided_by)} />}
        {r?.model && <Row label={t("modelVersion")} value={r.model} />}
        {trace.batch !== undefined && <Row label={t("batchOf")} value={String(trace.batch)} />}
        <Row label={t("waitedModel")} value={String(trace.waiting)} />
        <Row label={t("waitedMailbox")} value={String(trace.mailbox)} />
        {trace.rule && (
          <Row label={t("rule")} value={`${name("match", trace.rule.match)} “${plain(trace.rule.text, 64)}”`} />
        )}
        {trace.outcome && (
          <Row
            label={t("outcomes")}
            value={`${name("", trace.outcome)} ${trace.reason ? name("quiet", trace.reason) : ""}`}
          />
        )}
      </dl>
      {r?.top && (
        <>
          <h3>{t("candidatesThen")}</h3>
          <ol class="top">
            {r.top.map((g) => (
              <li key={g.intent}>
                {intentName(g.intent)} <meter value={g.p} max={1} aria-label={intentName(g.intent)} />{" "}
                {percent(Math.round(g.p * 1000) / 1000)}{" "}
                {g.limit !== undefined && <small>{`${t("limit")} ${percent(g.limit)}`}</small>}
              </li>
            ))}
          </ol>
        </>
      )}
      <h3>{t("position")}</h3>
      {trace.topic && <p>{`${t("topicOf")}: ${name("topic", trace.topic)}`}</p>}
      {moved.length === 0 && <p class="quiet">{t("noData")}</p>}
      <dl>
        {moved.map((c) => (
          <div key={c.name}>
            <dt>{name("slot", c.name)}</dt>
            <dd>
              <bdi>
                {c.before?.value === c.after?.value
                  ? slotText(c.after)
                  : `${slotText(c.before)} → ${slotText(c.after)}`}
              </bdi>
            </dd>
          </div>
        ))}
      </dl>
      {(trace.said.length > 0 || trace.entry) && (
        <>
          <h3>{t("sentences")}</h3>
          <ul class="top">
            {trace.entry && (
              <li>
                {t("knowledgeEntry")} <code>{plain(trace.entry.id)}</code> v{trace.entry.version}{" "}
                <small>{trace.entry.exact ? t("exactly") : `${t("alike")} ${percent(trace.entry.score)}`}</small>
              </li>
            )}
            {trace.said.map((s) => (
              <li key={s.part + s.script + s.variant}>
                <i class="tag">{name("said", s.part)}</i> <code>{s.script}</code> <code>{s.variant}</code>
              </li>
            ))}
          </ul>
          {trace.book && <p class="quiet">{`${t("scriptsVersion")} ${trace.book}`}</p>}
        </>
      )}
      <h3>{t("figuresUsed")}</h3>
      {trace.figures.length === 0 && <p class="quiet">{t("figuresNone")}</p>}
      <ul class="top">
        {trace.figures.map((f) => (
          <li key={f.name}>
            {name("count", f.name)} <b>{f.value}</b>{" "}
            <small>{`${t("age")} ${span(f.age_ms)} / ${t("freshness")} ${span(f.limit_ms)} · v${f.version}`}</small>
          </li>
        ))}
      </ul>
      <h3>{t("experiments")}</h3>
      <p class="quiet">{trace.experiments.length === 0 ? t("experimentsNone") : trace.experiments.join(", ")}</p>
    </>
  );
}

/** TraceCard is TraceView in a box that can be closed. */
export function TraceCard(p: {
  room: string;
  user: string;
  type: string;
  id: string;
  text: string;
  close: () => void;
}) {
  return (
    <Card title={t("trace")}>
      <p class="row">
        <bdi class="grow">{plain(p.text, 80)}</bdi>
        <button type="button" onClick={p.close}>
          {t("close")}
        </button>
      </p>
      <TraceView room={p.room} user={p.user} type={p.type} id={p.id} />
    </Card>
  );
}
