import { useSignal } from "@preact/signals";
import { Link } from "wouter";
import { call, may, userPath } from "../lib/api";
import { ago, plain, short, whole } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { type Shown, useView } from "../lib/stream";
import type { Actor, Overview, Page } from "../lib/types";
import { Card, Settled, Stat, Sure } from "../ui/bits";
import { type Query, Search, Table } from "../ui/table";

export function ActorsView() {
  const query = useSignal<Query>({ sort: "mailbox", order: "desc" });
  const shown = useSignal<Shown<Page<Actor>>>({ at: 0 });
  const all = useSignal<Shown<Overview>>({ at: 0 });
  const chosen = useSignal<Actor | undefined>(undefined);
  useView("actors", query.value, shown);
  useView("overview", {}, all);
  const f = all.value.value?.actors;
  return (
    <>
      <h1>{t("actors")}</h1>
      <div class="stats">
        <Stat label={t("userActors")} value={f && whole(f.users)} />
        <Stat label={t("roomActors")} value={f && whole(f.rooms)} />
        <Stat label={t("deadLetters")} value={f?.dead_letters && whole(f.dead_letters.total)} />
        <Stat label={t("restarts")} value={f && whole(f.restarts?.total ?? 0)} />
        <Stat label={t("panics")} value={f?.panics && whole(f.panics.total)} />
        <Stat label={t("passivated")} value={f?.passivated && whole(f.passivated.total)} />
      </div>
      <div class="tools">
        <Search query={query} />
        <select
          aria-label={t("kind")}
          value={query.value.kind ?? ""}
          onChange={(e) => {
            const { kind: _, ...rest } = query.value;
            const kind = e.currentTarget.value;
            query.value = { ...rest, offset: 0, ...(kind ? { kind } : {}) };
          }}
        >
          <option value="">{t("all")}</option>
          <option value="user">{t("user")}</option>
          <option value="room">{t("room")}</option>
        </select>
      </div>
      {chosen.value && <One of={chosen.value} close={() => (chosen.value = undefined)} />}
      <Settled of={shown.value}>
        {(page) => (
          <Table
            label={t("actors")}
            page={page}
            query={query}
            id={(a) => `${a.room}/${a.user ?? ""}`}
            columns={[
              { key: "kind", label: t("kind"), show: (a) => t(a.kind) },
              { key: "room", label: t("room"), show: (a) => plain(a.room, 40) },
              {
                key: "user",
                label: t("user"),
                show: (a) => (
                  <button type="button" class="link" onClick={() => (chosen.value = a)}>
                    <bdi>{a.user ? plain(a.user, 40) : plain(a.room, 40)}</bdi>
                  </button>
                ),
              },
              { key: "mailbox", label: t("mailbox"), number: true, show: (a) => whole(a.mailbox) },
              { key: "rate", label: `${t("rate")}${t("perSecond")}`, number: true, show: (a) => short(a.rate) },
              { key: "mean_us", label: t("meanUs"), number: true, show: (a) => short(a.mean_us) },
              { key: "handled", label: t("handled"), number: true, show: (a) => whole(a.handled) },
              { key: "restarts", label: t("restarts"), number: true, show: (a) => whole(a.restarts) },
              { key: "active", label: t("active"), number: true, show: (a) => ago(a.active, shown.value.at) },
            ]}
          />
        )}
      </Settled>
    </>
  );
}

/** One is one actor with its state, and what may be done to it. */
function One({ of, close }: { of: Actor; close: () => void }) {
  const q = new URLSearchParams({ room: of.room, ...(of.user ? { user: of.user } : {}) });
  const { shown, again } = useLoad<Actor>(`/v1/actor?${q}`);
  const said = useSignal("");
  const path = `${userPath(of.room, of.user)}/actor/`;
  const then = (failed?: string) => {
    said.value = failed ?? t("done");
    void again();
  };
  return (
    <Card title={`${t(of.kind)} ${plain(of.user ?? of.room, 60)}`}>
      <Settled of={shown.value}>
        {(a) => (
          <>
            <div class="stats">
              <Stat label={t("mailbox")} value={whole(a.mailbox)} />
              <Stat label={t("handled")} value={whole(a.handled)} />
              <Stat label={t("meanUs")} value={short(a.mean_us)} />
              <Stat label={t("restarts")} value={whole(a.restarts)} />
            </div>
            {a.state && <pre>{plain(a.state.replaceAll("\n", "⏎"), 4000).replaceAll("⏎", "\n")}</pre>}
          </>
        )}
      </Settled>
      <div class="row">
        {may("actor.manage") && (
          <>
            <Sure label={t("restart")} act={() => call("POST", `${path}restart`)} then={then} />
            <Sure label={t("passivate")} act={() => call("POST", `${path}passivate`)} then={then} />
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
    </Card>
  );
}
