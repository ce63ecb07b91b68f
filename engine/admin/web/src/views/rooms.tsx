import { useSignal } from "@preact/signals";
import { Link } from "wouter";
import { plain, short, whole } from "../lib/format";
import { t } from "../lib/i18n";
import { type Shown, useView } from "../lib/stream";
import type { Page, RoomRow } from "../lib/types";
import { Settled } from "../ui/bits";
import { type Query, Search, Table } from "../ui/table";

export function RoomsView() {
  const query = useSignal<Query>({ sort: "rate", order: "desc" });
  const shown = useSignal<Shown<Page<RoomRow>>>({ at: 0 });
  useView("rooms", query.value, shown);
  return (
    <>
      <h1>{t("rooms")}</h1>
      <div class="tools">
        <Search query={query} />
      </div>
      <Settled of={shown.value}>
        {(page) => (
          <Table
            label={t("rooms")}
            page={page}
            query={query}
            id={(r) => r.room}
            columns={[
              {
                key: "room",
                label: t("room"),
                show: (r) => <Link href={`/rooms/${encodeURIComponent(r.room)}`}>{plain(r.room)}</Link>,
              },
              { key: "rate", label: `${t("rate")}${t("perSecond")}`, number: true, show: (r) => short(r.rate) },
              { key: "users", label: t("users"), number: true, show: (r) => whole(r.users) },
              { key: "mailbox", label: t("mailbox"), number: true, show: (r) => whole(r.mailbox) },
              { key: "viewers", label: t("viewers"), number: true, sortable: false, show: (r) => whole(r.viewers) },
              { key: "sold", label: t("sold"), number: true, sortable: false, show: (r) => whole(r.sold) },
              { key: "showing", label: t("showing"), sortable: false, show: (r) => plain(r.product ?? "") },
            ]}
          />
        )}
      </Settled>
    </>
  );
}
