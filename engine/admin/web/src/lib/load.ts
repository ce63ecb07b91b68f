import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { after } from "./after";
import { call, Failure } from "./api";
import { Poll } from "./poll";
import { hold, onBack, type Shown } from "./stream";

/** As often a view without a stream of its own asks again, while it is seen. */
export const refreshed = 30_000;

/** Loaded is what a view has asked for, and how it asks again. */
export interface Loaded<T> {
  shown: Signal<Shown<T>>;
  again: () => Promise<void>;
}

/**
 * useLoad asks for something once, and again when the path changes or again is called. With a time it asks again by itself,
 * about so often while the page is seen, and as soon as the engine is back after it was away. What cannot be brought up to
 * date stays with the time at which it was told, and with why.
 */
export function useLoad<T>(path: string, every = 0): Loaded<T> {
  const shown = useSignal<Shown<T>>({ at: 0 });
  const poll = useRef<Poll | undefined>(undefined);
  useEffect(() => {
    let left = false;
    shown.value = { at: 0, ...(shown.value.value === undefined ? {} : { value: shown.value.value }) };
    const one = new Poll({
      every,
      visible: () => document.visibilityState === "visible",
      ask: async (attended) => {
        const next = await answer<T>(path, attended);
        if (!left) shown.value = after(shown.value, next);
      },
    });
    poll.current = one;
    void one.ask(true);
    const seen = () => one.seen();
    document.addEventListener("visibilitychange", seen);
    const back = every > 0 ? onBack(() => one.back()) : () => undefined;
    const release = every > 0 ? hold() : () => undefined;
    return () => {
      left = true;
      one.end();
      back();
      release();
      document.removeEventListener("visibilitychange", seen);
    };
  }, [path, every, shown]);
  return { shown, again: () => poll.current?.ask(true) ?? Promise.resolve() };
}

async function answer<T>(path: string, attended: boolean): Promise<Shown<T>> {
  try {
    return { value: await call<T>("GET", path, undefined, attended), at: Date.now() };
  } catch (e) {
    const error = e instanceof Failure ? e.message : String(e);
    const passing = !(e instanceof Failure) || e.status === 0 || e.status === 429 || e.status >= 500;
    return passing ? { error, at: Date.now(), failed: error } : { error, at: Date.now() };
  }
}
