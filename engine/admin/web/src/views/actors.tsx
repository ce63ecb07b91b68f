import { useSignal } from "@preact/signals";
import { ago, plain, short, whole } from "../lib/format";
import { t } from "../lib/i18n";
import { type Shown, useView } from "../lib/stream";
import type { Actor, Overview, Page } from "../lib/types";
import { Settled, Stat } from "../ui/bits";
import { type Query, Search, Table } from "../ui/table";
import { OneActor } from "./actorone";
import { ActorTree } from "./actortree";
import { Letters } from "./letters";

/** Which names an actor: of a room when it has no user. */
export interface Which {
  room: string;
  user?: string | undefined;
}

export function ActorsView() {
  const query = useSignal<Query>({ sort: "mailbox", order: "desc" });
  const shown = useSignal<Shown<Page<Actor>>>({ at: 0 });
  const all = useSignal<Shown<Overview>>({ at: 0 });
  const chosen = useSignal<Which | undefined>(undefined);
  useView("actors", query.value, shown);
  useView("overview", {}, all);
  const f = all.value.value?.actors;
  const choose = (w: Which) => (chosen.value = { room: w.room, user: w.user });
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
      <div class="stack">
        {chosen.value && (
          <OneActor
            key={`${chosen.value.room}/${chosen.value.user ?? ""}`}
            of={chosen.value}
            close={() => (chosen.value = undefined)}
          />
        )}
        <div class="beside">
          <ActorTree choose={choose} list={(room) => (query.value = { ...query.value, q: room, offset: 0 })} />
          <div>
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
                        <button type="button" class="link" onClick={() => choose(a)}>
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
          </div>
        </div>
        <Letters />
      </div>
    </>
  );
}
