import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "./api";

/** As long as somebody writes on, nothing is checked. */
const pause = 400;

/**
 * useCheck has the engine look at what is being written, once the writer rests; what failed makes a result of that. A sketch
 * that is undefined is not checked, and an answer that is overtaken does not count.
 */
export function useCheck<T extends object>(
  path: string,
  sketch: object | undefined,
  into: Signal<(T & { at: number }) | undefined>,
  failed: (e: unknown) => T,
) {
  const body = sketch && JSON.stringify(sketch);
  useEffect(() => {
    if (body === undefined) return;
    let overtaken = false;
    const timer = setTimeout(async () => {
      let got: T;
      try {
        got = await call<T>("POST", path, JSON.parse(body));
      } catch (e) {
        got = failed(e);
      }
      if (!overtaken) into.value = { ...got, at: Date.now() };
    }, pause);
    return () => {
      overtaken = true;
      clearTimeout(timer);
    };
  }, [path, body, into]);
}
