import { useSignal } from "@preact/signals";
import { call, may } from "../lib/api";
import { ago, plain, short, whole } from "../lib/format";
import { name, t } from "../lib/i18n";
import { type Shown, useView } from "../lib/stream";
import type { Link, LinkPage } from "../lib/types";
import { Card, Settled, Stat, Sure } from "../ui/bits";
import { type Query, Search, Table } from "../ui/table";

export function LinksView() {
  const query = useSignal<Query>({ sort: "outbox", order: "desc" });
  const shown = useSignal<Shown<LinkPage>>({ at: 0 });
  const said = useSignal("");
  useView("links", query.value, shown);
  const kick = (l: Link) => (
    <Sure
      label={t("kick")}
      act={() => call("POST", `/v1/links/${encodeURIComponent(l.session)}/kick`)}
      then={(failed) => (said.value = failed ?? t("done"))}
    />
  );
  return (
    <>
      <h1>{t("links")}</h1>
      <div class="tools">
        <Search query={query} />
        <label class="row">
          <input
            type="checkbox"
            checked={query.value.slow ?? false}
            onChange={(e) => {
              const { slow: _, ...rest } = query.value;
              query.value = { ...rest, offset: 0, ...(e.currentTarget.checked ? { slow: true } : {}) };
            }}
          />
          {t("slowOnly")}
        </label>
        <span role="status">{said.value}</span>
      </div>
      <Settled of={shown.value}>
        {(page) => (
          <div class="stack">
            <All of={page.all} />
            <Table
              label={t("links")}
              page={page}
              query={query}
              id={(l) => l.session}
              columns={[
                { key: "session", label: t("links"), show: (l) => <code>{l.session.slice(0, 8)}</code> },
                { key: "role", label: t("role"), show: (l) => name("role", l.role) },
                { key: "room", label: t("room"), show: (l) => plain(l.room ?? "", 40) },
                { key: "user", label: t("user"), sortable: false, show: (l) => <bdi>{plain(l.user ?? "", 40)}</bdi> },
                { key: "remote", label: t("remote"), show: (l) => l.remote },
                { key: "carrier", label: t("carrier"), sortable: false, show: (l) => l.carrier },
                { key: "in", label: t("framesIn"), number: true, show: (l) => whole(l.in) },
                {
                  key: "rate_in",
                  label: `${t("framesIn")}${t("perSecond")}`,
                  number: true,
                  show: (l) => short(l.rate_in),
                },
                { key: "out", label: t("framesOut"), number: true, show: (l) => whole(l.out) },
                {
                  key: "rate_out",
                  label: `${t("framesOut")}${t("perSecond")}`,
                  number: true,
                  show: (l) => short(l.rate_out),
                },
                {
                  key: "outbox",
                  label: t("outbox"),
                  number: true,
                  show: (l) => (
                    <span class={l.slow ? "bad" : ""}>
                      {whole(l.outbox)} / {whole(l.most)}
                    </span>
                  ),
                },
                { key: "since", label: t("since"), number: true, show: (l) => ago(l.since, shown.value.at) },
                { key: "kick", label: "", sortable: false, show: (l) => (may("link.kick") ? kick(l) : null) },
              ]}
            />
            <div class="grid">
              <Card title={t("byes")}>
                <Codes
                  label={t("byes")}
                  of={page.all.byes.map((b) => ({ name: b.name, close: b.close, total: b.total }))}
                />
              </Card>
              <Card title={t("linkErrors")}>
                <Codes label={t("linkErrors")} of={page.all.errors} />
              </Card>
            </div>
          </div>
        )}
      </Settled>
    </>
  );
}

function All({ of }: { of: LinkPage["all"] }) {
  const sum = (list: { total: number }[]) =>
    list.length > 0 ? whole(list.reduce((n, c) => n + c.total, 0)) : undefined;
  const each = (list: { name: string; total: number }[]) => list.map((c) => `${c.name} ${whole(c.total)}`).join(" · ");
  return (
    <div class="stats">
      <Stat label={t("linksOpen")} value={sum(of.open)} note={each(of.open)} />
      <Stat label={t("accepted")} value={sum(of.accepted)} note={each(of.accepted)} />
      <Stat label={`${t("framesIn")}${t("perSecond")}`} value={of.in && short(of.in.per_second)} />
      <Stat label={`${t("framesOut")}${t("perSecond")}`} value={of.out && short(of.out.per_second)} />
      <Stat label={t("outboxAll")} value={of.outbox === undefined ? undefined : whole(of.outbox)} />
      <Stat label={t("slowLinks")} value={whole(of.slow)} note={t("slowNote")} tone={of.slow > 0 ? "bad" : undefined} />
      <Stat label={t("evicted")} value={of.evicted && whole(of.evicted.total)} />
      <Stat label={t("leftByThem")} value={of.left && whole(of.left.total)} />
      <Stat label={t("replaced")} value={of.replaced && whole(of.replaced.total)} />
      <Stat label={t("silent")} value={of.silent && whole(of.silent.total)} />
    </div>
  );
}

function Codes(p: { label: string; of: { name: string; close?: number; total: number }[] }) {
  if (p.of.length === 0) return <p class="quiet">{t("nothing")}</p>;
  const closes = p.of.some((c) => c.close !== undefined);
  return (
    <table aria-label={p.label}>
      <thead>
        <tr>
          <th>{t("code")}</th>
          {closes && <th class="number">{t("closeCode")}</th>}
          <th class="number">{t("count")}</th>
        </tr>
      </thead>
      <tbody>
        {p.of.map((c) => (
          <tr key={c.name}>
            <th scope="row">
              <code>{c.name}</code>
            </th>
            {closes && <td class="number">{c.close}</td>}
            <td class="number">{whole(c.total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
