import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Link } from "wouter";
import { call, Failure, may } from "../lib/api";
import { useCheck } from "../lib/check";
import { day, plain } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import type { Checked, Flaw, ScriptFile, ScriptVersion } from "../lib/types_library";
import { Card, Settled, Sure, why } from "../ui/bits";
import { Compare } from "../ui/diff";
import { RoomPick } from "./roompick";

const pathOf = (file: string) => `/v1/scripts/files/${encodeURIComponent(file)}`;

/** ScriptView is one file of the shop's scripts: to be read, edited, compared and brought back. */
export function ScriptView({ file }: { file: string }) {
  const { shown, again } = useLoad<ScriptFile>(pathOf(file));
  const fresh: ScriptFile = { name: file, text: "", own: false, base: "", editable: true, versions: [] };
  const found = shown.value;
  // A file that is not there yet is opened empty, to be written.
  const of = found.error?.startsWith("there is no such thing") ? { value: fresh, at: found.at } : found;
  return (
    <>
      <h1>
        {t("script")} · <bdi>{plain(file, 140)}</bdi> <Link href="/scripts">{t("back")}</Link>
      </h1>
      <Settled of={of}>{(f) => <Editor key={`${f.name} ${f.base}`} file={f} again={again} />}</Settled>
    </>
  );
}

/** Against is what the editor's text is compared with. */
interface Against {
  label: string;
  text: string;
}

function Editor({ file, again }: { file: ScriptFile; again: () => Promise<void> }) {
  const text = useSignal(file.text);
  const base = useSignal(file.base);
  const room = useSignal("demo");
  const scope = useSignal("public");
  const checked = useSignal<(Checked & { at: number }) | undefined>(undefined);
  const told = useSignal<string | undefined>(undefined);
  const theirs = useSignal<ScriptFile | undefined>(undefined);
  const against = useSignal<Against | undefined>(undefined);
  const area = useRef<HTMLTextAreaElement>(null);
  const writes = may("script.write");
  const dirty = text.value !== file.text;
  useCheck<Checked>(
    "/v1/scripts/check",
    writes ? { file: file.name, text: text.value, room: room.value, scope: scope.value } : undefined,
    checked,
    (e) => ({ problems: [{ text: why(e) }], texts: [] }),
  );
  useEffect(() => {
    if (!dirty) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);

  const done = async (f: ScriptFile) => {
    sessionStorage.setItem("saved", JSON.stringify({ file: f.name, good: !f.refused }));
    await again();
  };
  const failed = async (e: unknown) => {
    told.value = undefined;
    if (e instanceof Failure && e.status === 409) {
      const latest = await call<ScriptFile>("GET", pathOf(file.name));
      if (latest.base !== base.value) {
        theirs.value = latest;
        return;
      }
    }
    told.value = why(e);
  };
  const save = async () => {
    try {
      await done(await call<ScriptFile>("PUT", pathOf(file.name), { base: base.value, text: text.value }));
    } catch (e) {
      await failed(e);
    }
  };
  const act = async (method: string, path: string, body?: object) => {
    try {
      await done(await call<ScriptFile>(method, path, body));
    } catch (e) {
      await failed(e);
    }
  };
  const compare = async (v: ScriptVersion) => {
    const got = await call<ScriptVersion>("GET", `${pathOf(file.name)}/versions/${v.n}`);
    against.value = { label: `${t("version")} ${v.n}`, text: got.text ?? "" };
  };
  const goTo = (line: number) => {
    const el = area.current;
    if (!el) return;
    const start = text.value
      .split("\n")
      .slice(0, line - 1)
      .join("\n").length;
    el.focus();
    el.setSelectionRange(start + (line > 1 ? 1 : 0), start + (line > 1 ? 1 : 0));
  };

  return (
    <div class="desk">
      <div>
        <Saved file={file} hidden={dirty} />
        {!file.editable && <p class="asked">{t("noFolder")}</p>}
        {file.refused && (
          <p class="error">
            {t("notInForce")} {plain(file.refused, 2000)}
          </p>
        )}
        {told.value && (
          <p class="error" role="alert">
            {told.value}
          </p>
        )}
        {theirs.value && (
          <div class="asked">
            <h2>
              <span role="alert">{t("conflict")}</span>
            </h2>
            {theirs.value.versions[0] && (
              <p>
                <bdi>{plain(theirs.value.versions[0].who ?? t("outside"), 60)}</bdi> {day(theirs.value.versions[0].at)}
              </p>
            )}
            <Compare before={theirs.value.text} after={text.value} label={t("conflict")} />
            <div class="tools">
              <button
                type="button"
                onClick={() => {
                  text.value = file.text;
                  theirs.value = undefined;
                  void again();
                }}
              >
                {t("loadTheirs")}
              </button>
              <button
                type="button"
                onClick={() => {
                  base.value = theirs.value?.base ?? "";
                  theirs.value = undefined;
                  void save();
                }}
              >
                {t("saveMine")}
              </button>
            </div>
          </div>
        )}
        <Card title={t("text")}>
          <textarea
            ref={area}
            class="code"
            aria-label={t("text")}
            spellcheck={false}
            readOnly={!writes || !file.editable}
            value={text.value}
            onInput={(e) => (text.value = e.currentTarget.value)}
            onKeyDown={(e) => {
              if ((e.ctrlKey || e.metaKey) && e.key === "s") {
                e.preventDefault();
                if (dirty && writes) void save();
              }
            }}
          />
          {writes && file.editable && (
            <div class="tools">
              <button
                type="button"
                class="primary"
                disabled={!dirty || (checked.value?.problems.length ?? 1) > 0}
                onClick={() => void save()}
              >
                {t("save")}
              </button>
              {file.own && (
                <Sure
                  label={file.library === undefined ? t("remove") : t("useLibrary")}
                  act={() => act("DELETE", `${pathOf(file.name)}?base=${encodeURIComponent(file.base)}`)}
                />
              )}
              {file.library !== undefined && (
                <button
                  type="button"
                  onClick={() => (against.value = { label: t("libraryVersion"), text: file.library ?? "" })}
                >
                  {t("compare")} · {t("libraryVersion")}
                </button>
              )}
              {dirty && <span class="quiet">{t("unsaved")}</span>}
            </div>
          )}
          {writes && <Problems of={checked.value} goTo={goTo} />}
        </Card>
        {against.value && (
          <Card title={t("comparedWith") + against.value.label}>
            <Compare before={against.value.text} after={text.value} label={t("compare")} />
          </Card>
        )}
      </div>
      <aside>
        {writes && <Preview of={checked.value} room={room} scope={scope} />}
        <Card title={t("versions")}>
          {file.versions.length === 0 && <p class="quiet">{t("noVersions")}</p>}
          <ol class="top">
            {file.versions.map((v, i) => (
              <li key={v.n}>
                <b>{v.n}</b> {day(v.at)} · <bdi>{v.who ? plain(v.who, 60) : t("outside")}</bdi>{" "}
                {v.gone && <i class="tag">{t("removed")}</i>}
                {v.from !== undefined && (
                  <small>
                    {t("broughtBack")} {v.from}
                  </small>
                )}{" "}
                {!v.gone && (
                  <button type="button" class="link" onClick={() => void compare(v).catch(failed)}>
                    {t("compare")}
                  </button>
                )}
                {writes && file.editable && !v.gone && (i > 0 || !file.own) && (
                  <Sure
                    label={t("rollBack")}
                    act={() => act("POST", `${pathOf(file.name)}/rollback`, { base: file.base, n: v.n })}
                  />
                )}
              </li>
            ))}
          </ol>
        </Card>
      </aside>
    </div>
  );
}

/** Saved says what became of a saving, once the file has been read anew. */
function Saved({ file, hidden }: { file: ScriptFile; hidden: boolean }) {
  const told = useSignal<boolean | undefined>(undefined);
  useEffect(() => {
    const kept = sessionStorage.getItem("saved");
    sessionStorage.removeItem("saved");
    const of = kept ? (JSON.parse(kept) as { file: string; good: boolean }) : undefined;
    told.value = of?.file === file.name ? of.good : undefined;
  }, [file, told]);
  if (told.value === undefined || hidden) return null;
  return (
    <p class={told.value ? "note" : "error"} role="status">
      {told.value ? t("saved") : t("savedNot")}
    </p>
  );
}

function Problems({ of, goTo }: { of: Checked | undefined; goTo: (line: number) => void }) {
  if (!of) return <p class="quiet">{t("checking")}</p>;
  const one = (p: Flaw, i: number) => (
    <li key={`${i}${p.text}`}>
      {p.line ? (
        <button type="button" class="link" onClick={() => goTo(p.line ?? 1)}>
          {t("line")} {p.line}
        </button>
      ) : null}{" "}
      {plain(p.text, 600)}
    </li>
  );
  return (
    <div aria-live="polite">
      {of.problems.length === 0 ? (
        <p class="note">{t("noProblems")}</p>
      ) : (
        <>
          <h3>{t("problems")}</h3>
          <ul class="top bad">{of.problems.map(one)}</ul>
        </>
      )}
      {of.others && of.others.length > 0 && (
        <>
          <h3>{t("otherProblems")}</h3>
          <ul class="top">
            {of.others.map((p, i) => (
              <li key={`${i}${p.text}`}>
                {p.file}
                {p.line ? `:${p.line}` : ""} {plain(p.text, 600)}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Preview(p: { of: Checked | undefined; room: Signal<string>; scope: Signal<string> }) {
  return (
    <Card title={t("preview")} note={t("previewNote")}>
      <div class="tools">
        <RoomPick room={p.room} />
        <label class="row">
          {t("scope")}
          <select value={p.scope.value} onChange={(e) => (p.scope.value = e.currentTarget.value)}>
            <option value="public">{t("public")}</option>
            <option value="private">{t("private")}</option>
          </select>
        </label>
        {p.of?.product && (
          <span>
            {t("about")}：{plain(p.of.product, 60)}
          </span>
        )}
      </div>
      <ul class="trials" aria-label={t("preview")}>
        {(p.of?.texts ?? []).map((x) => (
          <li key={x.variant}>
            <i class="tag">{x.variant}</i>{" "}
            {x.text ? <bdi>{plain(x.text, 600)}</bdi> : <bdi class="quiet">{plain(x.source, 600)}</bdi>}
            {x.missing && (
              <small>
                {t("missing")}
                {x.missing.join("、")}
              </small>
            )}
            {x.unmet && (
              <small>
                {t("unmet")}
                {x.unmet.join("、")}
              </small>
            )}
            {x.term && (
              <small class="bad">
                {t("term")}
                {x.term}
              </small>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
