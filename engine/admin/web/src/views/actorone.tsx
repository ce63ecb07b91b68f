import { useSignal } from "@preact/signals";
import { Link } from "wouter";
import { call, may, userPath } from "../lib/api";
import { ago, clock, plain, short, whole } from "../lib/format";
import { intentName, name, t } from "../lib/i18n";
import { type Shown, useView } from "../lib/stream";
import type { Actor, ActorLive, Handled } from "../lib/types";
import { Card, Settled, Stat, Sure, why } from "../ui/bits";
import type { Which } from "./actors";

/** OneActor is one actor as it works: the engine keeps its latest messages while this is on the page, and no longer. */
export function OneActor({ of, close }: { of: Which; close: () => void }) {
  const shown = useSignal<Shown<ActorLive>>({ at: 0 });
  const said = useSignal("");
  const state = useSignal("");
  useView("actor", { room: of.room, user: of.user }, shown);
  const path = `${userPath(of.room, of.user)}/actor/`;
  const then = (failed?: string) => (said.value = failed ?? t("done"));
  const look = async () => {
    const q = new URLSearchParams({ room: of.room, ...(of.user ? { user: of.user } : {}) });
    try {
      state.value = (await call<Actor>("GET", `/v1/actor?${q}`)).state ?? t("forbidden");
    } catch (e) {
      state.value = why(e);
    }
  };
  return (
    <Card title={`${t(of.user ? "user" : "room")} ${plain(of.user ?? of.room, 60)}`}>
      <Settled of={shown.value}>
        {(a) => (
          <>
            <div class="stats">
              <Stat label={t("mailbox")} value={whole(a.mailbox)} />
              <Stat label={t("handled")} value={whole(a.handled)} />
              <Stat label={t("meanUs")} value={short(a.mean_us)} />
              <Stat label={t("restarts")} value={whole(a.restarts)} />
              <Stat label={t("active")} value={ago(a.active, shown.value.at)} />
              <Timings of={a.latest} />
            </div>
            <h3>{t("latestMessages")}</h3>
            <Latest of={a.latest} />
          </>
        )}
      </Settled>
      {state.value && <pre>{plain(state.value.replaceAll("\n", "⏎"), 4000).replaceAll("⏎", "\n")}</pre>}
      <div class="row">
        <button type="button" onClick={() => void look()}>
          {t("look")}
        </button>
        {may("actor.manage") && (
          <>
            <Sure label={t("restart")} act={() => call("POST", `${path}restart`)} then={then} />
            <Sure label={t("passivate")} act={() => call("POST", `${path}passivate`)} then={then} />
            <Sure label={t("stopActor")} act={() => call("POST", `${path}stop`)} then={then} />
          </>
        )}
        {of.user && may("dialogue.read") && (
          <Link href={`/rooms/${encodeURIComponent(of.room)}/users/${encodeURIComponent(of.user)}`}>
            {t("dialogue")}
          </Link>
        )}
        <button type="button" onClick={close}>
          {t("close")}
        </button>
        <span role="status">{said.value}</span>
      </div>
      {may("actor.manage") && <p class="quiet">{t("stopNote")}</p>}
    </Card>
  );
}

function Timings({ of }: { of: Handled[] }) {
  const took = of.map((h) => h.took_us).sort((a, b) => a - b);
  return (
    <>
      <Stat label={t("median")} value={took.length > 0 ? whole(took[Math.floor(took.length / 2)]) : undefined} />
      <Stat label={t("slowest")} value={took.length > 0 ? whole(took[took.length - 1]) : undefined} />
    </>
  );
}

function Latest({ of }: { of: Handled[] }) {
  if (of.length === 0) return <p class="quiet">{t("waiting")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard
    <div class="scroll short" tabIndex={0}>
      <table aria-label={t("latestMessages")}>
        <thead>
          <tr>
            <th>{t("moment")}</th>
            <th>{t("kind")}</th>
            <th>{t("event")}</th>
            <th class="number">{t("waited")}</th>
            <th class="number">{t("tookUs")}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((h, i) => (
            <tr key={`${h.at}/${of.length - i}`}>
              <td>{clock(h.at)}</td>
              <td>{name("handled", h.kind)}</td>
              <td>
                <bdi>{h.id ? plain(h.id, 40) : intentName(h.note)}</bdi>
              </td>
              <td class="number">{whole(h.wait_us)}</td>
              <td class="number">{whole(h.took_us)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
