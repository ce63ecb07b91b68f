import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { Link } from "wouter";
import { call, may, userPath } from "../lib/api";
import { clock, day, percent, plain, whole } from "../lib/format";
import { intentName, name, t } from "../lib/i18n";
import { filterOf, type LineKind, lineKinds, wants } from "../lib/linefilter";
import { Ring } from "../lib/ring";
import { useSettled } from "../lib/settled";
import { feelings } from "../lib/shares";
import { type Shown, useLines, useView } from "../lib/stream";
import type { Line, RoomNow } from "../lib/types";
import { Bars, Card, Settled, Stat, why } from "../ui/bits";
import { Feelings } from "./feelings";
import { TraceCard } from "./trace";

/** How many rows stand on the page, and of how many the shares beside them are: bounded, however long a show lasts. */
const rows = 200;

export function RoomView({ room }: { room: string }) {
  const shown = useSignal<Shown<RoomNow>>({ at: 0 });
  const failed = useSignal("");
  useView("room", { room }, shown);
  return (
    <>
      <h1>
        {t("room")} {plain(room)}
      </h1>
      {failed.value && (
        <p class="error" role="alert">
          {failed.value}
        </p>
      )}
      <div class="live">
        <div>
          {may("room.say") && <Speak room={room} />}
          {shown.value.value && <Feelings of={shown.value.value.sentiment} />}
          {may("dialogue.read") ? (
            <Lines room={room} muted={new Set(shown.value.value?.muted.map((m) => m.user))} />
          ) : (
            <p>{t("forbidden")}</p>
          )}
        </div>
        <aside>
          <Settled of={shown.value}>{(r) => <Side r={r} failed={(s) => (failed.value = s)} />}</Settled>
        </aside>
      </div>
    </>
  );
}

function Side({ r, failed }: { r: RoomNow; failed: (why: string) => void }) {
  const set = async (method: string, path: string, body?: unknown) => {
    try {
      await call(method, userPath(r.room) + path, body);
      failed("");
    } catch (e) {
      failed(why(e));
    }
  };
  const modes = { auto: t("modeAuto"), suggest: t("modeSuggest"), paused: t("modePaused") };
  return (
    <>
      <div class="stats">
        <Stat label={t("viewers")} value={whole(r.viewers)} />
        <Stat label={t("sold")} value={whole(r.sold)} />
        <Stat label={t("stock")} value={whole(r.stock)} note={r.product ? plain(r.product) : undefined} />
      </div>
      {may("stock.read") && (
        <p>
          <Link href={`/reservations?room=${encodeURIComponent(r.room)}`}>{t("seeReservations")}</Link>
        </p>
      )}
      <Card title={t("mode")} note={`${r.last_minute}/${r.per_minute}`}>
        <fieldset class="modes" disabled={!may("room.write")}>
          <legend class="sr">{t("mode")}</legend>
          {(["auto", "suggest", "paused"] as const).map((m) => (
            <button
              key={m}
              type="button"
              aria-pressed={r.mode === m}
              onClick={() => void set("PUT", "/mode", { mode: m })}
            >
              {modes[m]}
            </button>
          ))}
        </fieldset>
      </Card>
      <Card title={t("topQuestions")}>
        {r.top.length === 0 && <p class="quiet">{t("noData")}</p>}
        <ol class="top">
          {r.top.slice(0, 10).map((q) => (
            <li key={q.intent + (q.product ?? "")}>
              <b>{q.askers}</b> {t("askers")} {intentName(q.intent)} {q.product && <small>{plain(q.product)}</small>}
            </li>
          ))}
        </ol>
      </Card>
      {r.muted.length > 0 && (
        <Card title={t("muted")}>
          <ul class="top">
            {r.muted.map((m) => (
              <li key={m.user}>
                {plain(m.user)} {m.until ? <small>{day(m.until)}</small> : null}
                <button
                  type="button"
                  disabled={!may("room.mute")}
                  onClick={() => void set("DELETE", `/muted/${encodeURIComponent(m.user)}`)}
                >
                  {t("unmute")}
                </button>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

/** Speak says something to the whole room, as a person of the shop. */
function Speak({ room }: { room: string }) {
  const text = useSignal("");
  const said = useSignal("");
  const failed = useSignal("");
  const busy = useSignal(false);
  const say = async () => {
    if (text.value.trim() === "" || busy.value) return;
    busy.value = true;
    said.value = failed.value = "";
    try {
      await call("POST", `${userPath(room)}/say`, { text: text.value.trim() });
      text.value = "";
      said.value = t("said");
    } catch (e) {
      failed.value = why(e);
    }
    busy.value = false;
  };
  return (
    <form
      class="speak"
      onSubmit={(e) => {
        e.preventDefault();
        void say();
      }}
    >
      <label class="row">
        {t("speak")}
        <input
          value={text.value}
          maxLength={500}
          placeholder={t("speakHint")}
          onInput={(e) => (text.value = e.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={text.value.trim() === "" || busy.value}>
        {t("say")}
      </button>
      <span role="status">{said.value}</span>
      {failed.value && (
        <p class="error" role="alert">
          {failed.value}
        </p>
      )}
    </form>
  );
}

function Lines({ room, muted }: { room: string; muted: Set<string> }) {
  const ring = useRef(new Ring<Line>(rows));
  const shown = useSignal<readonly Line[]>([]);
  const lost = useSignal(0);
  const held = useSignal(false);
  const failed = useSignal("");
  const word = useSignal("");
  const kind = useSignal<LineKind | "">("");
  const filter = useSettled(filterOf(word.value, kind.value));
  const followed = useSignal<Line | undefined>(undefined);
  useLines(
    room,
    filter,
    (lines, missed) => {
      ring.current.push(...lines);
      lost.value += missed;
      if (!held.value) shown.value = ring.current.all();
    },
    (e) => (failed.value = e),
  );
  // What comes is filtered already; what stood here before the filter was changed is not.
  const list = shown.value.filter((l) => wants(filter, l, intentName));
  const felt = list.filter((l) => l.reading?.sentiment);
  // A row that stays is the same node again, which is not looked into: of two hundred, only those that come are drawn.
  const drawn = useRef(new WeakMap<Line, VNode<{ muted: boolean }>>());
  const rowOf = (l: Line) => {
    const hushed = muted.has(l.user);
    let row = drawn.current.get(l);
    if (row?.props.muted !== hushed) {
      row = (
        <LineRow
          key={l.id + l.at + l.user}
          l={l}
          room={room}
          mute={mute}
          muted={hushed}
          follow={(to) => (followed.value = to)}
        />
      );
      drawn.current.set(l, row);
    }
    return row;
  };
  const mute = async (user: string, lift: boolean) => {
    const path = `${userPath(room)}/muted/${encodeURIComponent(user)}`;
    try {
      await (lift ? call("DELETE", path) : call("PUT", path, {}));
      failed.value = "";
    } catch (e) {
      failed.value = why(e);
    }
  };
  return (
    <Card title={t("comments")} note={lost.value > 0 ? `${lost.value} ${t("dropped")}` : ""}>
      <div class="tools">
        <label class="row">
          {t("filter")}
          <input
            type="search"
            value={word.value}
            maxLength={128}
            onInput={(e) => (word.value = e.currentTarget.value)}
          />
        </label>
        <select
          aria-label={t("outcomes")}
          value={kind.value}
          onChange={(e) => (kind.value = e.currentTarget.value as LineKind | "")}
        >
          <option value="">{t("all")}</option>
          {(Object.keys(lineKinds) as LineKind[]).map((o) => (
            <option key={o} value={o}>
              {t(o)}
            </option>
          ))}
        </select>
        <button
          type="button"
          aria-pressed={held.value}
          onClick={() => {
            held.value = !held.value;
            if (!held.value) shown.value = ring.current.all();
          }}
        >
          {held.value ? t("resume") : t("hold")}
        </button>
      </div>
      {felt.length > 0 && (
        <Bars
          of={feelings.map((f) => {
            const n = felt.filter((l) => l.reading?.sentiment === f).length;
            return { key: f, label: t(f), value: n, text: percent(n / felt.length) };
          })}
        />
      )}
      {failed.value && (
        <p class="error" role="alert">
          {failed.value}
        </p>
      )}
      {followed.value && (
        <TraceCard
          room={room}
          user={followed.value.user}
          type={followed.value.type}
          id={followed.value.id}
          text={followed.value.text}
          close={() => (followed.value = undefined)}
        />
      )}
      {list.length === 0 && <p class="quiet">{t(shown.value.length === 0 ? "waiting" : "noneSoFar")}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
      <ol class="lines" aria-label={t("comments")} tabIndex={0}>
        {list.toReversed().map(rowOf)}
      </ol>
    </Card>
  );
}

function LineRow(p: {
  l: Line;
  room: string;
  mute: (user: string, lift: boolean) => Promise<void>;
  muted: boolean;
  follow: (l: Line) => void;
}) {
  const { l, room } = p;
  const r = l.reading;
  return (
    <li class={l.outcome ?? ""}>
      <div class="said">
        <time>{clock(l.at)}</time>
        {l.user ? (
          <Link href={`/rooms/${encodeURIComponent(room)}/users/${encodeURIComponent(l.user)}`}>
            <bdi>{plain(l.name || l.user, 24)}</bdi>
          </Link>
        ) : (
          <bdi>{plain(l.name ?? "", 24)}</bdi>
        )}
        <i class="tag">
          {l.type === "comment" || l.type === "message" ? t(l.type) : t(l.user ? "saidBySeat" : "saidByHost")}
        </i>
        {l.type !== "say" && <bdi class="text">{plain(l.text)}</bdi>}
        {may("room.mute") && l.type === "comment" && (
          <button type="button" class="link" onClick={() => void p.mute(l.user, p.muted)}>
            {t(p.muted ? "unmute" : "mute")}
          </button>
        )}
      </div>
      {r && (
        <div class="read">
          {l.traced && (
            <button type="button" class="link" onClick={() => p.follow(l)}>
              {t("trace")}
            </button>
          )}
          <i class="tag strong">{intentName(r.intent)}</i> {percent(Math.round(r.confidence * 100) / 100)}
          {r.unsure && <i class="tag">{t("unsure")}</i>}
          {r.emotion && <i class="tag">{name("", r.emotion)}</i>}
          {r.sentiment && <i class={`tag ${r.sentiment}`}>{name("", r.sentiment)}</i>}
          {r.decided_by && <i class="tag">{name("", r.decided_by)}</i>}
          <span>{l.took_ms} ms</span>
          {l.outcome && l.outcome !== "replied" && (
            <span class="end">
              {name("", l.outcome)} {l.reason && name("quiet", l.reason)}
            </span>
          )}
        </div>
      )}
      {l.reply && (
        <div class={`reply ${l.reply.by}`}>
          <bdi>↳ {plain(l.reply.text)}</bdi>
          <small>
            {name("by", l.reply.by)} {l.reply.script}
          </small>
        </div>
      )}
    </li>
  );
}
