import { useEffect, useState } from "preact/hooks";

/** As long as nothing is typed, a filter is taken to be what is meant. */
const pause = 250;

/** useSettled returns a value once it has not changed for a moment, so that the engine is not asked at every stroke. */
export function useSettled<T>(value: T): T {
  const key = JSON.stringify(value);
  const [settled, set] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => set(key), pause);
    return () => clearTimeout(timer);
  }, [key]);
  return JSON.parse(settled) as T;
}
