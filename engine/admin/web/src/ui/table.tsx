import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { whole } from "../lib/format";
import { t } from "../lib/i18n";
import type { Page } from "../lib/types";

/** Query says which rows the engine is to send. */
export interface Query {
  q?: string;
  sort?: string;
  order?: "asc" | "desc";
  offset?: number;
  limit?: number;
  kind?: string;
  slow?: boolean;
}

export interface Column<T> {
  key: string;
  label: string;
  number?: boolean;
  sortable?: boolean;
  show: (row: T) => ComponentChildren;
}

const rowsShown = 50;

/** Table shows a page of rows that the engine has sorted, filtered and cut. */
export function Table<T>(p: {
  page: Page<T>;
  columns: Column<T>[];
  query: Signal<Query>;
  id: (row: T) => string;
  label: string;
}) {
  const q = p.query.value;
  const set = (change: Query) => (p.query.value = { ...q, ...change });
  const offset = q.offset ?? 0;
  return (
    <>
      <div class="scroll">
        <table aria-label={p.label}>
          <thead>
            <tr>
              {p.columns.map((c) => (
                <th
                  key={c.key}
                  class={c.number ? "number" : ""}
                  aria-sort={q.sort === c.key ? (q.order === "asc" ? "ascending" : "descending") : "none"}
                >
                  {c.sortable === false ? (
                    c.label
                  ) : (
                    <button
                      type="button"
                      onClick={() =>
                        set({
                          sort: c.key,
                          offset: 0,
                          order:
                            q.sort === c.key && q.order === "desc"
                              ? "asc"
                              : q.sort === c.key
                                ? "desc"
                                : c.number
                                  ? "desc"
                                  : "asc",
                        })
                      }
                    >
                      {c.label}
                      {q.sort === c.key ? (q.order === "asc" ? " ▲" : " ▼") : ""}
                    </button>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {p.page.rows.map((row) => (
              <tr key={p.id(row)}>
                {p.columns.map((c) => (
                  <td key={c.key} class={c.number ? "number" : ""}>
                    {c.show(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {p.page.rows.length === 0 && <p class="quiet">{t("nothing")}</p>}
      <div class="pager">
        <button type="button" disabled={offset === 0} onClick={() => set({ offset: Math.max(0, offset - rowsShown) })}>
          {t("prev")}
        </button>
        <span>
          {p.page.matched === 0 ? 0 : offset + 1}–{Math.min(offset + p.page.rows.length, p.page.matched)} {t("of")}{" "}
          {whole(p.page.matched)}
          {p.page.matched !== p.page.total && ` (${whole(p.page.total)})`}
        </span>
        <button
          type="button"
          disabled={offset + rowsShown >= p.page.matched}
          onClick={() => set({ offset: offset + rowsShown })}
        >
          {t("next")}
        </button>
      </div>
    </>
  );
}

/** Search narrows a table down. */
export function Search(p: { query: Signal<Query>; label?: string }) {
  return (
    <label class="row">
      {p.label ?? t("search")}
      <input
        type="search"
        value={p.query.value.q ?? ""}
        maxLength={128}
        onInput={(e) => {
          const { q: _, ...rest } = p.query.value;
          const word = e.currentTarget.value;
          p.query.value = { ...rest, offset: 0, ...(word ? { q: word } : {}) };
        }}
      />
    </label>
  );
}
