import { useSignal } from "@preact/signals";
import { Link } from "wouter";
import { call, may } from "../lib/api";
import { ago, clock, plain } from "../lib/format";
import { name, t } from "../lib/i18n";
import { type Shown, useView } from "../lib/stream";
import type { Letter, Page } from "../lib/types";
import { Card, Settled, Sure } from "../ui/bits";
import { type Query, Search, Table } from "../ui/table";

/** Letters are the messages that no actor took; one that its sender may have sent again is still answered once. */
export function Letters() {
  const query = useSignal<Query>({ sort: "at", order: "desc" });
  const shown = useSignal<Shown<Page<Letter>>>({ at: 0 });
  const said = useSignal("");
  useView("letters", query.value, shown);
  return (
    <Card title={t("deadLetters")}>
      <Settled of={shown.value}>
        {(page) =>
          page.total === 0 ? (
            <p class="quiet">{t("noLetters")}</p>
          ) : (
            <>
              <div class="tools">
                <Search query={query} label={t("findLetters")} /> <span role="status">{said.value}</span>
              </div>
              <Table
                label={t("deadLetters")}
                page={page}
                query={query}
                id={(l) => String(l.id)}
                columns={[
                  { key: "at", label: t("moment"), show: (l) => `${clock(l.at)} · ${ago(l.at, shown.value.at)}` },
                  { key: "reason", label: t("reason"), show: (l) => name("letter", l.reason) },
                  { key: "kind", label: t("kind"), show: (l) => name("handled", l.kind) },
                  { key: "room", label: t("room"), show: (l) => plain(l.room ?? "", 40) },
                  { key: "user", label: t("user"), show: (l) => <Target of={l} /> },
                  {
                    key: "event",
                    label: t("event"),
                    sortable: false,
                    show: (l) => <code>{plain(l.event ?? "", 40)}</code>,
                  },
                  {
                    key: "replayed",
                    label: t("replayed"),
                    show: (l) =>
                      l.replayable && may("actor.manage") ? (
                        <Sure
                          label={t("replay")}
                          act={() => call("POST", `/v1/letters/${l.id}/replay`)}
                          then={(failed) => (said.value = failed ?? t("done"))}
                        />
                      ) : l.replayed ? (
                        clock(l.replayed)
                      ) : null,
                  },
                ]}
              />
            </>
          )
        }
      </Settled>
    </Card>
  );
}

function Target({ of }: { of: Letter }) {
  if (!of.user || !of.room) return <code>{plain(of.target ?? "", 60)}</code>;
  if (!may("dialogue.read")) return <bdi>{plain(of.user, 40)}</bdi>;
  return (
    <Link href={`/rooms/${encodeURIComponent(of.room)}/users/${encodeURIComponent(of.user)}`}>
      <bdi>{plain(of.user, 40)}</bdi>
    </Link>
  );
}
