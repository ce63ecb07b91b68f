import type { Slot } from "./types";
import type { Position, Trace } from "./types_trace";

/** A span as a bar of the waterfall: where it begins and how wide it is, in hundredths of the whole. */
export interface Bar {
  stage: string;
  left: number;
  width: number;
  us: number;
}

/** The narrowest bar that can be seen, in hundredths of the whole. */
const least = 0.6;

/** waterfall lays the spans of a trace out over its whole length. A bar too narrow to be seen is widened, and stays inside. */
export function waterfall(t: Pick<Trace, "spans" | "total_us">): Bar[] {
  const whole = Math.max(t.total_us, ...t.spans.map((s) => s.from_us + s.us), 1);
  return t.spans.map((s) => {
    const width = Math.min(100, Math.max(least, (s.us / whole) * 100));
    return { stage: s.stage, left: Math.max(0, Math.min((s.from_us / whole) * 100, 100 - width)), width, us: s.us };
  });
}

/** micros writes a time told in microseconds. */
export function micros(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < 100_000) return `${(us / 1000).toFixed(1)} ms`;
  return `${Math.round(us / 1000)} ms`;
}

/** span writes a time told in milliseconds, in the largest unit that keeps it short. */
export function span(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 6000) / 10} min`;
  return `${Math.round(ms / 360_000) / 10} h`;
}

/** A thing that the dialogue kept in mind, before and after; undefined where it did not. */
export interface Change {
  name: string;
  before?: Slot | undefined;
  after?: Slot | undefined;
}

/** changes lists what a dialogue kept in mind before and after a message, what is open last. */
export function changes(before: Position, after: Position): Change[] {
  const list: Change[] = [];
  for (const of of ["slots", "open"] as const) {
    const names = new Set([...before[of], ...after[of]].map((s) => s.name));
    for (const name of names) {
      const find = (p: Position) => p[of].find((s) => s.name === name);
      list.push({ name, before: find(before), after: find(after) });
    }
  }
  return list;
}
