import { useSignal } from "@preact/signals";
import { call, may } from "../lib/api";
import { type Asked, auditPath, empty, where } from "../lib/audit";
import { day, plain, whole } from "../lib/format";
import { name, t } from "../lib/i18n";
import { refreshed, useLoad } from "../lib/load";
import type { AuditFinding, AuditPage, AuditRecord, AuditReport } from "../lib/types";
import { Card, Settled, Stat, Taken, why } from "../ui/bits";

/** Acts that are offered in the filter; any other can be typed. */
const acts = [
  "session.open",
  "password.change",
  "user.manage",
  "token.",
  "certificate.reload",
  "config.",
  "catalogue.",
  "knowledge.",
  "script.",
  "room.",
  "stock.",
  "dialogue.",
  "person.",
  "label.",
  "actor.manage",
  "link.",
  "model.swap",
  "key.",
  "backup.",
  "audit.",
];

const results = ["intended", "done", "failed", "unknown", "noted"];

export function AuditView() {
  const draft = useSignal<Asked>(empty);
  const asked = useSignal<Asked>(empty);
  const pages = useSignal<number[]>([0]); // before, of each page up to this one
  const before = pages.value[pages.value.length - 1] ?? 0;
  const { shown, again } = useLoad<AuditPage>(auditPath(asked.value, before), refreshed);
  return (
    <>
      <h1>{t("audit")}</h1>
      <div class="tools">
        <Taken of={shown.value} again={again} />
      </div>
      <Settled of={shown.value}>{(page) => <Standing page={page} />}</Settled>
      <Verify then={again} />
      <Filter
        draft={draft.value}
        change={(d) => (draft.value = { ...draft.value, ...d })}
        go={() => {
          asked.value = draft.value;
          pages.value = [0];
        }}
        clear={() => {
          draft.value = empty;
          asked.value = empty;
          pages.value = [0];
        }}
      />
      <Settled of={shown.value}>
        {(page) => (
          <>
            <Records of={page.records} />
            <div class="pager">
              <button
                type="button"
                disabled={pages.value.length < 2}
                onClick={() => (pages.value = pages.value.slice(0, -1))}
              >
                {t("newer")}
              </button>
              <button
                type="button"
                disabled={!page.next}
                onClick={() => (pages.value = [...pages.value, page.next ?? 0])}
              >
                {t("older")}
              </button>
            </div>
          </>
        )}
      </Settled>
    </>
  );
}

/** Standing is how the log stands. */
function Standing(p: { page: AuditPage }) {
  const s = p.page.status;
  const failed = s.heads.filter((h) => h.failure);
  return (
    <>
      <div class="stats">
        <Stat label={t("lastRecord")} value={whole(s.last)} note={t("recordsNote")} />
        <Stat
          label={t("heads")}
          value={s.heads.map((h) => whole(h.last)).join(" · ") || undefined}
          note={t("headsNote")}
          tone={failed.length > 0 ? "bad" : undefined}
        />
        <Stat label={t("refusedActs")} value={whole(s.refused)} tone={s.refused > 0 ? "bad" : undefined} />
        <Stat
          label={t("verifiedTo")}
          value={s.verified ? whole(s.verified.seq) : undefined}
          note={s.verified ? day(s.verified.at) : t("verifiedNote")}
          tone={s.verified && s.verified.faults > 0 ? "bad" : undefined}
        />
      </div>
      {s.failure && (
        <p class="error" role="alert">
          {t("auditFailing")} {plain(s.failure)}
        </p>
      )}
      {failed.map((h) => (
        <p class="error" role="alert" key={h.file}>
          {t("headsFailing")} {plain(h.file)}：{plain(h.failure ?? "")}
        </p>
      ))}
    </>
  );
}

/** Verify has the whole log checked and shows what was found, and where. */
function Verify(p: { then: () => Promise<void> }) {
  const busy = useSignal(false);
  const report = useSignal<AuditReport | undefined>(undefined);
  const failed = useSignal("");
  const run = async () => {
    busy.value = true;
    failed.value = "";
    try {
      report.value = await call<AuditReport>("POST", "/v1/audit/verify");
    } catch (e) {
      report.value = undefined;
      failed.value = why(e);
    }
    busy.value = false;
    await p.then();
  };
  const r = report.value;
  return (
    <Card title={t("verify")} note={t("verifyNote")}>
      <p class="row">
        <button type="button" class="primary" disabled={busy.value} onClick={() => void run()}>
          {busy.value ? t("verifying") : t("verifyNow")}
        </button>
        <span role="status">
          {r && (
            <b class={r.sound ? "good" : "bad"}>
              {r.sound ? t("sound") : `${t("notSound")} ${whole(r.found)} ${t("faults")}`}
            </b>
          )}
          {r && (
            <small>
              {" "}
              {t("record")} {whole(r.first)}–{whole(r.last)} · {t("auditFiles")} {r.files} · {t("headsHold")}{" "}
              {whole(r.heads)} ({t("upTo")} {whole(r.headed)}) · {r.took_ms} ms · {t("chain")}{" "}
              <code>{r.chain.slice(0, 12)}</code>
            </small>
          )}
        </span>
      </p>
      {failed.value && (
        <p class="error" role="alert">
          {failed.value}
        </p>
      )}
      {r && r.faults.length > 0 && <Findings label={t("faults")} of={r.faults} tone="bad" />}
      {r && r.notes.length > 0 && (
        <details>
          <summary>
            {t("notes")} ({r.notes.length})
          </summary>
          <Findings label={t("notes")} of={r.notes} tone="" />
        </details>
      )}
    </Card>
  );
}

function Findings(p: { label: string; of: AuditFinding[]; tone: string }) {
  return (
    <div class="scroll">
      <table aria-label={p.label}>
        <thead>
          <tr>
            <th>{t("kind")}</th>
            <th>{t("record")}</th>
            <th>{t("place")}</th>
            <th>{t("finding")}</th>
          </tr>
        </thead>
        <tbody>
          {p.of.map((f) => (
            <tr key={`${f.kind} ${f.seq} ${f.file} ${f.offset} ${f.line}`}>
              <td>
                <b class={p.tone}>{name("finding", f.kind)}</b>
              </td>
              <td>{where(f).records}</td>
              <td>
                <code>{plain(where(f).place)}</code>
              </td>
              <td>{plain(f.text)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Filter(p: { draft: Asked; change: (d: Partial<Asked>) => void; go: () => void; clear: () => void }) {
  const field = (key: keyof Asked, label: string, kind: "search" | "datetime-local" = "search", list?: string) => (
    <label class="row">
      {label}
      <input
        type={kind}
        value={p.draft[key]}
        maxLength={128}
        {...(list ? { list } : {})}
        onInput={(e) => p.change({ [key]: e.currentTarget.value })}
      />
    </label>
  );
  return (
    <form
      class="tools row"
      aria-label={t("filter")}
      onSubmit={(e) => {
        e.preventDefault();
        p.go();
      }}
    >
      {field("who", t("who"))}
      {field("act", t("act"), "search", "acts")}
      <datalist id="acts">
        {acts.map((a) => (
          <option key={a} value={a}>
            {name("act", a)}
          </option>
        ))}
      </datalist>
      {field("on", t("onWhat"))}
      {field("person", t("person"))}
      <label class="row">
        {t("result")}
        <select value={p.draft.result} onChange={(e) => p.change({ result: e.currentTarget.value })}>
          <option value="">{t("all")}</option>
          {results.map((r) => (
            <option key={r} value={r}>
              {name("result", r)}
            </option>
          ))}
        </select>
      </label>
      {field("since", t("fromTime"), "datetime-local")}
      {field("until", t("toTime"), "datetime-local")}
      <button type="submit">{t("filter")}</button>
      <button type="button" onClick={p.clear}>
        {t("clear")}
      </button>
    </form>
  );
}

function Records(p: { of: AuditRecord[] }) {
  return (
    <>
      <div class="scroll">
        <table aria-label={t("auditRecords")} class="audit">
          <thead>
            <tr>
              <th class="number">#</th>
              <th>{t("time")}</th>
              <th>{t("who")}</th>
              <th>{t("act")}</th>
              <th>{t("onWhat")}</th>
              <th>{t("remote")}</th>
              <th>{t("result")}</th>
              <th>{t("detail")}</th>
            </tr>
          </thead>
          <tbody>
            {p.of.map((r) => (
              <tr key={r.seq}>
                <td class="number">{r.seq}</td>
                <td>{day(r.at)}</td>
                <td>
                  <bdi>{plain(r.who, 60)}</bdi>
                </td>
                <td title={r.act}>{name("act", r.act)}</td>
                <td>
                  <bdi>{plain(r.on ?? "", 160)}</bdi>
                  {r.sealed && r.result !== "done" && may("person.reveal") && <Whom seq={r.seq} />}
                </td>
                <td>{plain(r.from ?? "", 60)}</td>
                <td>
                  <span class={r.result === "failed" || r.result === "unknown" ? "bad" : ""}>
                    {name("result", r.result)}
                  </span>
                  {r.of ? <small> ← {r.of}</small> : null}
                </td>
                <td class="detail">
                  <bdi>{plain(r.detail ?? "", 300)}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {p.of.length === 0 && <p class="quiet">{t("nothing")}</p>}
    </>
  );
}

/** Whom tells whom a record is about, to who may know and says why; that it was asked is in the log itself. */
function Whom(p: { seq: number }) {
  const open = useSignal(false);
  const reason = useSignal("");
  const said = useSignal("");
  const failed = useSignal("");
  if (said.value) return <b class="revealed"> {plain(said.value)}</b>;
  if (!open.value)
    return (
      <button type="button" class="link" onClick={() => (open.value = true)}>
        {t("revealWhom")}
      </button>
    );
  return (
    <form
      class="row"
      onSubmit={async (e) => {
        e.preventDefault();
        try {
          const got = await call<{ people: { value?: string; failure?: string }[] }>(
            "POST",
            `/v1/audit/records/${p.seq}/reveal`,
            { reason: reason.value.trim() },
          );
          said.value = got.people.map((one) => one.value ?? one.failure ?? "").join(" · ") || t("noData");
        } catch (err) {
          failed.value = why(err);
        }
      }}
    >
      <input
        aria-label={t("revealReason")}
        placeholder={t("revealReason")}
        minLength={2}
        maxLength={200}
        required
        value={reason.value}
        onInput={(e) => (reason.value = e.currentTarget.value)}
      />
      <button type="submit">{t("revealWhom")}</button>
      {failed.value && <small class="bad">{failed.value}</small>}
    </form>
  );
}
