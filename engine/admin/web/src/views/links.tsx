import { useSignal } from "@preact/signals";
import { call, may } from "../lib/api";
import { ago, plain, whole } from "../lib/format";
import { t } from "../lib/i18n";
import { type Shown, useView } from "../lib/stream";
import type { Link, Page } from "../lib/types";
import { Settled, Sure } from "../ui/bits";
import { type Query, Search, Table } from "../ui/table";

export function LinksView() {
  const query = useSignal<Query>({ sort: "outbox", order: "desc" });
  const shown = useSignal<Shown<Page<Link>>>({ at: 0 });
  const said = useSignal("");
  useView("links", query.value, shown);
  return (
    <>
      <h1>{t("links")}</h1>
      <div class="tools">
        <Search query={query} /> <span role="status">{said.value}</span>
      </div>
      <Settled of={shown.value}>
        {(page) => (
          <Table
            label={t("links")}
            page={page}
            query={query}
            id={(l) => l.session}
            columns={[
              { key: "session", label: t("links"), show: (l) => <code>{l.session.slice(0, 8)}</code> },
              { key: "role", label: t("role"), show: (l) => l.role },
              { key: "room", label: t("room"), show: (l) => plain(l.room ?? "", 40) },
              { key: "user", label: t("user"), sortable: false, show: (l) => <bdi>{plain(l.user ?? "", 40)}</bdi> },
              { key: "remote", label: t("remote"), show: (l) => l.remote },
              { key: "carrier", label: t("carrier"), sortable: false, show: (l) => l.carrier },
              { key: "in", label: t("framesIn"), number: true, show: (l) => whole(l.in) },
              { key: "out", label: t("framesOut"), number: true, show: (l) => whole(l.out) },
              { key: "outbox", label: t("outbox"), number: true, show: (l) => whole(l.outbox) },
              { key: "since", label: t("since"), number: true, show: (l) => ago(l.since, shown.value.at) },
              {
                key: "kick",
                label: "",
                sortable: false,
                show: (l) =>
                  may("link.kick") ? (
                    <Sure
                      label={t("kick")}
                      act={() => call("POST", `/v1/links/${encodeURIComponent(l.session)}/kick`)}
                      then={(failed) => (said.value = failed ?? t("done"))}
                    />
                  ) : null,
              },
            ]}
          />
        )}
      </Settled>
    </>
  );
}
