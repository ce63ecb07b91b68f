import type { RoomNow } from "./types";

/** The shares told, in the order of their lines. */
export const feelings = ["positive", "neutral", "negative"] as const;

export type Feeling = (typeof feelings)[number];

const minute = 60_000;

/** Shares is what a chart of sentiment draws, and the numbers behind it. */
export interface Shares {
  /** Times in seconds, then the shares in percent; what lies between minutes far apart is a gap. */
  data: (number | null)[][];
  /** How many messages were read as what, over all minutes. */
  n: Record<Feeling, number>;
  all: number;
  /** When the first of the minutes begins, Unix milliseconds; undefined when there is none. */
  from?: number;
}

/**
 * sharesOf makes shares of the minutes that the engine counts. The engine alone counts, from before the page was opened and
 * while it is: what comes over the stream is the whole of a minute again, so that nothing is added up twice.
 */
export function sharesOf(minutes: RoomNow["sentiment"]["minutes"]): Shares {
  const s: Shares = { data: [[], ...feelings.map(() => [])], n: { positive: 0, neutral: 0, negative: 0 }, all: 0 };
  const [times = [], ...lines] = s.data;
  let before: number | undefined;
  const sorted = Object.entries(minutes)
    .map(([at, n]) => ({ at: Number(at), n }))
    .sort((x, y) => x.at - y.at);
  for (const { at, n } of sorted) {
    const all = n.positive + n.neutral + n.negative;
    if (!(all > 0)) continue;
    if (before !== undefined && at - before > minute) {
      times.push((before + minute) / 1000);
      for (const l of lines) l.push(null);
    }
    before = at;
    s.from ??= at;
    s.all += all;
    times.push(at / 1000);
    for (const [i, f] of feelings.entries()) {
      s.n[f] += n[f];
      lines[i]?.push((n[f] / all) * 100);
    }
  }
  return s;
}

/** reaching returns data that reaches so many seconds back from its last time at least, be it with nothing in front. */
export function reaching(data: (number | null)[][], seconds: number): (number | null)[][] {
  const [times = [], ...lines] = data;
  const first = times[0];
  const from = (times.at(-1) ?? 0) - seconds;
  if (first == null || first <= from) return data;
  return [[from, ...times], ...lines.map((l) => [null, ...l])];
}

/** alone returns the places of values that have no neighbour to draw a line to. */
export function alone(values: ArrayLike<number | null | undefined>): number[] {
  const places: number[] = [];
  for (let i = 0; i < values.length; i++)
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) places.push(i);
  return places;
}
