import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Link, useSearch } from "wouter";
import { call, may } from "../lib/api";
import { day, plain, whole } from "../lib/format";
import { name, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import {
  countdown,
  held,
  type Reservation,
  type ReservationPage,
  releasable,
  remaining,
  reservationsPath,
  standings,
  type Wanted,
} from "../lib/reservations";
import { Card, Settled, Sure, Taken } from "../ui/bits";

/** As often the list asks again: what is held changes while people talk. */
const every = 5_000;

/** ReservationsView shows what is held for whom and until when, and gives a piece back by hand. */
export function ReservationsView() {
  const room = new URLSearchParams(useSearch()).get("room") ?? "";
  const wanted = useSignal<Wanted>({ state: held, sku: "", room, sort: "deadline" });
  const pages = useSignal<string[]>([""]); // after, of each page up to this one
  const said = useSignal("");
  const after = pages.value[pages.value.length - 1] ?? "";
  const { shown, again } = useLoad<ReservationPage>(reservationsPath(wanted.value, after), every);
  return (
    <>
      <h1>{t("reservations")}</h1>
      <Filter
        of={wanted.value}
        change={(next) => {
          wanted.value = { ...wanted.value, ...next };
          pages.value = [""];
        }}
      />
      <div class="tools">
        <Taken of={shown.value} again={again} /> <span role="status">{said.value}</span>
      </div>
      <Card title={t("reservations")} note={t("reservationsNote")} wide>
        <Settled of={shown.value}>
          {(page) => (
            <>
              <Rows
                page={page}
                at={shown.value.at}
                then={(failed) => {
                  said.value = failed ?? t("done");
                  void again();
                }}
              />
              <div class="pager">
                <button
                  type="button"
                  disabled={pages.value.length < 2}
                  onClick={() => (pages.value = pages.value.slice(0, -1))}
                >
                  {t("prev")}
                </button>
                <button
                  type="button"
                  disabled={!page.next}
                  onClick={() => (pages.value = [...pages.value, page.next ?? ""])}
                >
                  {t("next")}
                </button>
              </div>
            </>
          )}
        </Settled>
      </Card>
    </>
  );
}

function Filter(p: { of: Wanted; change: (next: Partial<Wanted>) => void }) {
  const typed = (key: "sku" | "room", label: string) => (
    <label class="row">
      {label}
      <input
        type="search"
        value={p.of[key]}
        maxLength={128}
        onChange={(e) => p.change({ [key]: e.currentTarget.value })}
      />
    </label>
  );
  return (
    <div class="tools">
      <label class="row">
        {t("state")}
        <select value={p.of.state} onChange={(e) => p.change({ state: e.currentTarget.value })}>
          <option value={held}>{t("heldNow")}</option>
          {standings.map((s) => (
            <option key={s} value={s}>
              {name("standing", s)}
            </option>
          ))}
          <option value="">{t("all")}</option>
        </select>
      </label>
      {typed("sku", "SKU")}
      {typed("room", t("room"))}
      <label class="row">
        {t("sortBy")}
        <select value={p.of.sort} onChange={(e) => p.change({ sort: e.currentTarget.value as Wanted["sort"] })}>
          <option value="deadline">{t("endsFirst")}</option>
          <option value="newest">{t("newestFirst")}</option>
        </select>
      </label>
    </div>
  );
}

function Rows(p: { page: ReservationPage; at: number; then: (failed?: string) => void }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 1000);
    return () => clearInterval(timer);
  }, [now]);
  if (p.page.rows.length === 0) return <p class="quiet">{t("noReservations")}</p>;
  return (
    <div class="scroll">
      <table aria-label={t("reservations")}>
        <thead>
          <tr>
            <th>SKU</th>
            <th>{t("productName")}</th>
            <th class="number">{t("pieces")}</th>
            <th>{t("state")}</th>
            <th>{t("heldUntil")}</th>
            <th>{t("room")}</th>
            <th>{t("user")}</th>
            <th>
              <span class="sr">{t("releaseHeld")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {p.page.rows.map((r) => (
            <tr key={r.id}>
              <td>
                <code>{plain(r.sku, 40)}</code>
              </td>
              <td>
                {plain(r.product ?? "", 40)}
                {r.variant && <small> {plain(r.variant, 40)}</small>}
                {r.warehouse && <small> · {plain(r.warehouse, 40)}</small>}
              </td>
              <td class="number">{whole(r.quantity)}</td>
              <td>{name("standing", r.state)}</td>
              <td>
                {releasable(r) ? (
                  <time dateTime={new Date(r.until).toISOString()} title={day(r.until)}>
                    {countdown(remaining(r.until, p.page.now, p.at, now.value))}
                  </time>
                ) : (
                  <small>{day(r.at)}</small>
                )}
              </td>
              <td>{plain(r.room ?? "", 40)}</td>
              <td>
                <Whose of={r} />
              </td>
              <td>
                {releasable(r) && may("stock.release") && (
                  <Sure
                    label={t("releaseHeld")}
                    act={() => call("POST", `/v1/reservations/${encodeURIComponent(r.id)}/release`)}
                    then={p.then}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whose leads to the dialogue in which something was reserved. */
function Whose({ of }: { of: Reservation }) {
  if (!of.user || !of.room || !may("dialogue.read")) return <bdi>{plain(of.user ?? "", 40)}</bdi>;
  return (
    <Link href={`/rooms/${encodeURIComponent(of.room)}/users/${encodeURIComponent(of.user)}`}>
      <bdi>{plain(of.user, 40)}</bdi>
    </Link>
  );
}
