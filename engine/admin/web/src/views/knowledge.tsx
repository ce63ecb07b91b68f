import { useSignal } from "@preact/signals";
import { Link, useLocation } from "wouter";
import { may } from "../lib/api";
import { day, plain, whole } from "../lib/format";
import { intentName, t } from "../lib/i18n";
import { refreshed, useLoad } from "../lib/load";
import type { Page } from "../lib/types";
import type { Entry } from "../lib/types_library";
import { Settled, Taken } from "../ui/bits";
import { type Query, Search, Table } from "../ui/table";
import { HeatMap } from "./heat";

const at = (id: string) => `/knowledge/${encodeURIComponent(id)}`;

/** KnowledgeView lists what the shop knows to answer, and shows what people ask. */
export function KnowledgeView() {
  const query = useSignal<Query>({ sort: "said", order: "desc" });
  const asked = new URLSearchParams(Object.entries(query.value).map(([k, v]) => [k, String(v)]));
  const { shown, again } = useLoad<Page<Entry>>(`/v1/entries?${asked}`, refreshed);
  return (
    <>
      <h1>{t("knowledge")}</h1>
      <div class="tools">
        <Search query={query} />
        {may("knowledge.write") && <NewEntry />}
        <span class="quiet">
          {t("timesSaid")}：{t("saidNote")}
        </span>
        <Taken of={shown.value} again={again} />
      </div>
      <Settled of={shown.value}>
        {(page) => (
          <Table
            label={t("knowledge")}
            page={page}
            query={query}
            id={(e) => e.id}
            columns={[
              { key: "id", label: "ID", show: (e) => <Link href={at(e.id)}>{plain(e.id, 40)}</Link> },
              {
                key: "question",
                label: t("question"),
                sortable: false,
                show: (e) => <bdi>{plain(e.question, 120)}</bdi>,
              },
              { key: "answer", label: t("answer"), sortable: false, show: (e) => <bdi>{plain(e.answer, 200)}</bdi> },
              {
                key: "intents",
                label: t("intent"),
                sortable: false,
                show: (e) => (e.intents ?? []).map(intentName).join("、"),
              },
              { key: "said", label: t("timesSaid"), number: true, show: (e) => whole(e.said) },
              { key: "version", label: t("version"), number: true, show: (e) => whole(e.version) },
              { key: "updated", label: t("updated"), number: true, show: (e) => day(e.updated) },
            ]}
          />
        )}
      </Settled>
      <HeatMap />
    </>
  );
}

/** NewEntry opens an entry that is not there yet. */
function NewEntry() {
  const [, go] = useLocation();
  const id = useSignal("");
  return (
    <form
      class="row"
      onSubmit={(e) => {
        e.preventDefault();
        if (id.value) go(at(id.value));
      }}
    >
      <input
        aria-label={t("entryID")}
        placeholder={t("entryID")}
        maxLength={100}
        value={id.value}
        onInput={(e) => (id.value = e.currentTarget.value.trim())}
      />
      <button type="submit" disabled={!id.value}>
        {t("newEntry")}
      </button>
    </form>
  );
}
