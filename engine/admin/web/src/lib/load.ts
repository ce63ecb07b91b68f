import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, Failure } from "./api";
import type { Shown } from "./stream";

/** useLoad asks for something once, and again when the path changes or again is called. */
export function useLoad<T>(path: string): { shown: Signal<Shown<T>>; again: () => Promise<void> } {
  const shown = useSignal<Shown<T>>({ at: 0 });
  const again = async () => {
    try {
      shown.value = { value: await call<T>("GET", path), at: Date.now() };
    } catch (e) {
      shown.value = { error: e instanceof Failure ? e.message : String(e), at: Date.now() };
    }
  };
  useEffect(() => void again(), [path]);
  return { shown, again };
}
