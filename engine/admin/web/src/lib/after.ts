import type { Shown } from "./stream";

/** after is what is shown once an answer has come: one that fails and may not the next time leaves what was told before. */
export function after<T>(before: Shown<T>, next: Shown<T>): Shown<T> {
  if (next.failed === undefined || before.value === undefined || before.at === 0) return next;
  return { value: before.value, at: before.at, failed: next.failed };
}
