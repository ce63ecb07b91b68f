import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Link } from "wouter";
import { call, may, userPath } from "../lib/api";
import type { Erased } from "../lib/erase";
import { clock, day, plain, short } from "../lib/format";
import { joined } from "../lib/history";
import { intentName, name, slotText, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { useLines } from "../lib/stream";
import type { Dialogue, Slot, Turn } from "../lib/types";
import { Card, Settled, Stat, why } from "../ui/bits";
import { EarlierButton, type Past, useEarlier } from "./earlier";
import { Erase, ErasedView } from "./erase";
import { Message } from "./message";

/** DialogueView is a dialogue, or what became of it when its person was erased here. */
export function DialogueView({ room, user }: { room: string; user: string }) {
  const gone = useSignal<{ of: string; what: Erased } | undefined>(undefined);
  const of = userPath(room, user);
  if (gone.value?.of === of) return <ErasedView what={gone.value.what} />;
  return <Talk key={of} room={room} user={user} erased={(what) => (gone.value = { of, what })} />;
}

function Talk({ room, user, erased }: { room: string; user: string; erased: (what: Erased) => void }) {
  const { shown, again } = useLoad<Dialogue>(userPath(room, user));
  const chosen = useSignal<Turn | undefined>(undefined);
  const past = useEarlier(room, user);
  useLines(
    room,
    { user },
    () => void again(),
    () => undefined,
  );
  return (
    <>
      <h1>
        {t("dialogue")} · <bdi>{plain(user, 40)}</bdi>{" "}
        <Link href={`/rooms/${encodeURIComponent(room)}`}>{plain(room)}</Link>
      </h1>
      <Settled of={shown.value}>
        {(d) => (
          <div class="live">
            <div>
              <History d={d} past={past} chosen={chosen.value} choose={(turn) => (chosen.value = turn)} />
              {may("dialogue.take") && <Seat d={d} again={again} />}
              {may("person.erase") && <Erase room={room} user={user} done={erased} />}
            </div>
            <aside>
              <div class="stats">
                <Stat label={t("seat")} value={d.seat ? t("takenBy") + plain(d.seat) : t("engineAnswers")} />
                <Stat label={t("mood")} value={short(d.mood)} note="1–5" />
                <Stat label={t("inFlight")} value={String(d.pending)} />
              </div>
              <Card title={t("slots")}>
                <Slots of={d.slots} none={t("noData")} />
              </Card>
              <Card title={t("open")}>
                <Slots of={d.open} none={t("nothingOpen")} />
              </Card>
              {chosen.value && <Message room={room} user={user} turn={turnNow(d, chosen.value)} again={again} />}
            </aside>
          </div>
        )}
      </Settled>
    </>
  );
}

/** turnNow is a turn as it was told last: what was said of it since stands in it. */
function turnNow(d: Dialogue, was: Turn): Turn {
  return d.turns.find((now) => now.at === was.at && now.type === was.type && now.id === was.id) ?? was;
}

function Slots({ of, none }: { of: Slot[]; none: string }) {
  if (of.length === 0) return <p class="quiet">{none}</p>;
  return (
    <dl>
      {of.map((s) => (
        <div key={s.name}>
          <dt>{name("slot", s.name)}</dt>
          <dd>
            <bdi>{slotText(s)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface HistoryProps {
  d: Dialogue;
  past: Past;
  chosen: Turn | undefined;
  choose: (t: Turn) => void;
}

function History({ d, past, chosen, choose }: HistoryProps) {
  const end = useRef<HTMLOListElement>(null);
  const below = useRef(0); // what stands below the top of what is seen, kept when something comes above
  const turns = joined(past.turns.value, d.turns);
  const latest = turns[turns.length - 1]?.at;
  useLayoutEffect(() => {
    if (end.current && below.current) end.current.scrollTop = end.current.scrollHeight - below.current;
    if (!past.state.value.busy) below.current = 0;
  }, [past.turns.value, past.state.value.busy]);
  useEffect(() => end.current?.scrollTo({ top: end.current.scrollHeight }), [latest]);
  return (
    <Card title={t("history")}>
      <EarlierButton
        past={past}
        ask={() => {
          below.current = end.current ? end.current.scrollHeight - end.current.scrollTop : 0;
          void past.more();
        }}
      />
      {turns.length === 0 && <p class="quiet">{t("noData")}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
      <ol class="chat" ref={end} aria-label={t("history")} tabIndex={0}>
        {turns.map((turn) => (
          <li key={`${turn.at}${turn.type}${turn.id ?? turn.text}`} class={turn.at === chosen?.at ? "chosen" : ""}>
            {turn.text && turn.type !== "say" && turn.type !== "give_back" && (
              <p class="user">
                <time title={day(turn.at)}>{clock(turn.at)}</time>
                <bdi>{plain(turn.text)}</bdi>
              </p>
            )}
            {turn.type === "take" && <p class="quiet">{t("take")}</p>}
            {turn.type === "give_back" && !turn.text && (
              <p class="quiet">{t(turn.reason === "seat_gone" ? "seatGone" : "giveBack")}</p>
            )}
            {turn.reply?.text && (
              <p class={`us ${turn.reply.by}`}>
                <bdi>{plain(turn.reply.text)}</bdi>
                <small>{name("by", turn.reply.by)}</small>
              </p>
            )}
            {turn.intent && (
              <p class="read">
                <i class="tag strong">{intentName(turn.intent)}</i>
                {turn.outcome && <i class="tag">{name("", turn.outcome)}</i>}
                {turn.reason && <i class="tag">{name("quiet", turn.reason)}</i>}
                {turn.took_ms !== undefined && <span>{turn.took_ms} ms</span>}
                {turn.label && <i class="tag">{`${t("corrected")} ${intentName(turn.label.intent)}`}</i>}
                <button type="button" class="link" onClick={() => choose(turn)}>
                  {t("why")}
                </button>
                {turn.traced && <i class="tag">{t("trace")}</i>}
              </p>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** Seat lets a person take the dialogue, speak and give it back. */
function Seat({ d, again }: { d: Dialogue; again: () => Promise<void> }) {
  const failed = useSignal("");
  const text = useSignal("");
  const busy = useSignal(false);
  const act = async (what: string, body: object) => {
    busy.value = true;
    try {
      await call("POST", `${userPath(d.room, d.user)}/seat/${what}`, body);
      failed.value = "";
      if (what === "say") text.value = "";
    } catch (e) {
      failed.value = why(e);
    }
    busy.value = false;
    await again();
  };
  return (
    <Card title={t("seat")}>
      {failed.value && (
        <p class="error" role="alert">
          {failed.value}
        </p>
      )}
      {!d.mine ? (
        <button type="button" class="primary" disabled={busy.value} onClick={() => void act("take", {})}>
          {t("take")}
        </button>
      ) : (
        <form
          class="row"
          onSubmit={(e) => {
            e.preventDefault();
            if (text.value.trim()) void act("say", { text: text.value });
          }}
        >
          <input
            class="grow"
            aria-label={t("sayHere")}
            placeholder={d.private ? t("sayHere") : t("noPrivate")}
            maxLength={500}
            value={text.value}
            disabled={!d.private}
            onInput={(e) => (text.value = e.currentTarget.value)}
          />
          <button type="submit" class="primary" disabled={busy.value || !d.private}>
            {t("say")}
          </button>
          <button type="button" disabled={busy.value} onClick={() => void act("give_back", {})}>
            {t("giveBack")}
          </button>
        </form>
      )}
    </Card>
  );
}
