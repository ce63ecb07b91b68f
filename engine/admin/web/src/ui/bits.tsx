import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Failure } from "../lib/api";
import { absent, clock, plain } from "../lib/format";
import { t } from "../lib/i18n";
import type { Shown } from "../lib/stream";

/** Card is one box of a view. */
export function Card(p: { title: string; note?: string; wide?: boolean; children: ComponentChildren }) {
  return (
    <section class={p.wide ? "card wide" : "card"}>
      <h2>
        {p.title}
        {p.note && <small> {p.note}</small>}
      </h2>
      {p.children}
    </section>
  );
}

/** Row is one line of a list of what is known. */
export function Row(p: { label: string; value: string }) {
  return (
    <div>
      <dt>{p.label}</dt>
      <dd>{plain(p.value)}</dd>
    </div>
  );
}

/** Stat is one figure; undefined says that there is no data, which is not 0. */
export function Stat(p: {
  label: string;
  value: string | undefined;
  note?: string | undefined;
  tone?: "good" | "bad" | undefined;
}) {
  return (
    <div class="stat">
      <span>{p.label}</span>
      <b class={p.tone ?? ""}>{p.value === undefined || p.value === absent ? <i>{t("noData")}</i> : p.value}</b>
      {p.note && <small>{p.note}</small>}
    </div>
  );
}

/** Taken tells when what a view has asked for was told, and whether that is old; again asks anew. */
export function Taken<T>(p: { of: Shown<T>; again?: () => Promise<void> }) {
  const { value, at, failed } = p.of;
  return (
    <span class={failed === undefined ? "taken" : "taken bad"} role={failed === undefined ? undefined : "alert"}>
      {value !== undefined && at > 0 && (
        <>
          {t("takenAt")} <time dateTime={new Date(at).toISOString()}>{clock(at)}</time>
        </>
      )}
      {value !== undefined && failed !== undefined && ` · ${t("notRefreshed")}（${plain(failed)}）`}
      {p.again && (
        <button type="button" onClick={() => void p.again?.()}>
          {t("reload")}
        </button>
      )}
    </span>
  );
}

/** Settled shows a view once it is there, or why it is not; what is old is greyed. */
export function Settled<T>(p: { of: Shown<T>; children: (value: T) => ComponentChildren }) {
  if (p.of.error !== undefined)
    return (
      <p class="error" role="alert">
        {p.of.error}
      </p>
    );
  if (p.of.value === undefined) return <p class="quiet">{t("loading")}</p>;
  if (p.of.failed !== undefined) return <div class="stale">{p.children(p.of.value)}</div>;
  return <>{p.children(p.of.value)}</>;
}

/** Sure is a button for what is not undone: it wants a second press. */
export function Sure(p: { label: string; act: () => Promise<unknown>; then?: (failed?: string) => void }) {
  const armed = useSignal(false);
  useEffect(() => {
    if (!armed.value) return;
    const timer = setTimeout(() => (armed.value = false), 4000);
    return () => clearTimeout(timer);
  }, [armed.value, armed]);
  return (
    <button
      type="button"
      class={armed.value ? "danger" : ""}
      onClick={async () => {
        if (!armed.value) {
          armed.value = true;
          return;
        }
        armed.value = false;
        try {
          await p.act();
          p.then?.();
        } catch (e) {
          p.then?.(why(e));
        }
      }}
    >
      {armed.value ? `${t("sure")}` : p.label}
    </button>
  );
}

/** why puts a failure into words. */
export function why(e: unknown): string {
  if (e instanceof Failure) return e.message;
  return e instanceof Error ? e.message : String(e);
}

/** Bars are shares of a whole, as a line of colours with a legend in words. */
export function Bars(p: { of: { key: string; label: string; value: number; text: string }[] }) {
  const all = p.of.reduce((n, o) => n + o.value, 0);
  return (
    <div class="bars">
      <div class="bar" aria-hidden="true">
        {p.of.map((o) =>
          all > 0 && o.value > 0 ? <i key={o.key} class={`c-${o.key}`} style={{ flexGrow: o.value / all }} /> : null,
        )}
      </div>
      <ul>
        {p.of.map((o) => (
          <li key={o.key}>
            <i class={`dot c-${o.key}`} aria-hidden="true" /> {o.label} <b>{o.text}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** save hands a file to the browser. */
export function save(name: string, kind: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: kind }));
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  URL.revokeObjectURL(url);
}
