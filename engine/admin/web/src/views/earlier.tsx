import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { call, userPath } from "../lib/api";
import { clock, day } from "../lib/format";
import { t } from "../lib/i18n";
import type { Earlier, Turn } from "../lib/types";
import { why } from "../ui/bits";

interface State {
  ended: boolean;
  busy: boolean;
  at: number | undefined;
  failed: string;
}

const begun: State = { ended: false, busy: false, at: undefined, failed: "" };

/** Past is what was asked for of a dialogue beyond what is shown at first. */
export interface Past {
  turns: Signal<Turn[]>;
  state: Signal<State>;
  more: () => Promise<void>;
}

/** useEarlier reads a dialogue page by page from the latest back, when asked to. */
export function useEarlier(room: string, user: string): Past {
  const turns = useSignal<Turn[]>([]);
  const state = useSignal<State>(begun);
  const before = useRef<number | undefined>(undefined);
  const path = userPath(room, user);
  const now = useRef(path);
  now.current = path;
  useEffect(() => {
    turns.value = [];
    state.value = begun;
    before.current = undefined;
  }, [path]);
  const more = async () => {
    if (state.value.busy || state.value.ended) return;
    state.value = { ...state.value, busy: true, failed: "" };
    try {
      // The first page is what is shown already, and whole: the next comes with it.
      for (let first = before.current === undefined, pages = 0; pages < 2; pages++) {
        const query = before.current === undefined ? "" : `?before=${before.current}`;
        const page = await call<Earlier>("GET", `${path}/earlier${query}`);
        if (now.current !== path) return;
        before.current = page.before;
        turns.value = [...page.turns, ...turns.value];
        state.value = { busy: true, at: page.at, ended: page.before === undefined, failed: "" };
        if (page.before === undefined || !first) break;
        first = false;
      }
      state.value = { ...state.value, busy: false };
    } catch (e) {
      if (now.current === path) state.value = { ...state.value, busy: false, failed: why(e) };
    }
  };
  return { turns, state, more };
}

/** EarlierButton asks for more, and says when there is none. */
export function EarlierButton({ past, ask }: { past: Past; ask: () => void }) {
  const { ended, busy, at, failed } = past.state.value;
  if (ended) return <p class="quiet">{t("earlierNone")}</p>;
  return (
    <p class="quiet">
      <button type="button" disabled={busy} onClick={ask}>
        {t("earlier")}
      </button>
      {at ? ` ${t("earlierTo")} ${day(at)} ${clock(at)}` : ""}
      {failed && (
        <span class="error" role="alert">
          {" "}
          {failed}
        </span>
      )}
    </p>
  );
}
