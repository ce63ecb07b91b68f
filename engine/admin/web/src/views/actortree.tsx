import { useSignal } from "@preact/signals";
import { plain, short, whole } from "../lib/format";
import { name, t } from "../lib/i18n";
import { type Shown, useView } from "../lib/stream";
import type { Actor, Page, RoomRow, Tree } from "../lib/types";
import { Card, Settled } from "../ui/bits";
import type { Which } from "./actors";

const roomsShown = 30;
const usersShown = 20;

/** ActorTree is the house with what it owns, its busiest rooms, and in a room that is open its busiest users. */
export function ActorTree({ choose, list }: { choose: (w: Which) => void; list: (room: string) => void }) {
  const shown = useSignal<Shown<Tree>>({ at: 0 });
  useView("tree", { sort: "mailbox", order: "desc", limit: roomsShown }, shown);
  return (
    <Card title={t("tree")}>
      <Settled of={shown.value}>
        {(tree) => (
          <ul class="tree">
            <li>
              <span class="branch">
                <b>{t("house")}</b>
                <Load mailbox={tree.house.mailbox} rate={tree.house.rate} />
              </span>
              <ul>
                {tree.owners.map((o) => (
                  <li key={o.name} class="branch">
                    {name("owner", o.name)}
                    <small>{o.figures.map((f) => `${name("count", f.name)} ${whole(f.total)}`).join(" · ")}</small>
                  </li>
                ))}
                {tree.rooms.rows.map((r) => (
                  <Room key={r.room} r={r} choose={choose} list={list} />
                ))}
                {tree.rooms.matched > tree.rooms.rows.length && (
                  <li class="quiet">… {whole(tree.rooms.matched - tree.rooms.rows.length)}</li>
                )}
              </ul>
            </li>
          </ul>
        )}
      </Settled>
    </Card>
  );
}

function Load(p: { mailbox: number; rate: number | undefined }) {
  return (
    <small>
      {p.mailbox > 0 && `${t("mailbox")} ${whole(p.mailbox)} · `}
      {short(p.rate)}
      {t("perSecond")}
    </small>
  );
}

function Room({ r, choose, list }: { r: RoomRow; choose: (w: Which) => void; list: (room: string) => void }) {
  const open = useSignal(false);
  return (
    <li>
      <span class="branch">
        <button
          type="button"
          class="fold"
          aria-expanded={open.value}
          aria-label={`${t("room")} ${plain(r.room, 40)}`}
          onClick={() => (open.value = !open.value)}
        >
          {open.value ? "▾" : "▸"}
        </button>
        {r.awake ? (
          <button type="button" class="link" onClick={() => choose({ room: r.room })}>
            <bdi>{plain(r.room, 30)}</bdi>
          </button>
        ) : (
          <bdi title={t("asleep")}>{plain(r.room, 30)}</bdi>
        )}
        <small>
          {whole(r.users)} {t("users")}
        </small>
        <Load mailbox={r.mailbox} rate={r.rate} />
      </span>
      {open.value && <Users room={r.room} choose={choose} list={list} />}
    </li>
  );
}

function Users({ room, choose, list }: { room: string; choose: (w: Which) => void; list: (room: string) => void }) {
  const shown = useSignal<Shown<Page<Actor>>>({ at: 0 });
  useView("actors", { room, kind: "user", sort: "mailbox", order: "desc", limit: usersShown }, shown);
  return (
    <Settled of={shown.value}>
      {(page) => (
        <ul>
          {page.rows.map((a) => (
            <li key={a.user} class="branch">
              <button type="button" class="link" onClick={() => choose(a)}>
                <bdi>{plain(a.user ?? "", 30)}</bdi>
              </button>
              <Load mailbox={a.mailbox} rate={a.rate} />
            </li>
          ))}
          {page.rows.length === 0 && <li class="quiet">{t("nothing")}</li>}
          {page.matched > page.rows.length && (
            <li>
              <button type="button" class="link" onClick={() => list(room)}>
                {t("inTable")} ({whole(page.matched)})
              </button>
            </li>
          )}
        </ul>
      )}
    </Settled>
  );
}
