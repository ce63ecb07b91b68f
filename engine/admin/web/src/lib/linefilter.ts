import type { Line } from "./types";

/** What lines of a room the engine is asked for; it is part of the subscription. */
export interface LineFilter {
  q?: string;
  outcome?: string;
  type?: string;
  sentiment?: string;
}

/** The choices beside the word: each is a field of the filter. */
export const lineKinds = {
  replied: "outcome",
  merged: "outcome",
  handed_over: "outcome",
  quiet: "outcome",
  shed: "outcome",
  negative: "sentiment",
  comment: "type",
  message: "type",
} as const satisfies Record<string, keyof LineFilter>;

export type LineKind = keyof typeof lineKinds;

/** As many bytes as the engine takes. */
const most = 128;

/** filterOf makes a filter of a word and a choice; a word that is too long is cut. */
export function filterOf(word: string, kind: LineKind | ""): LineFilter {
  const q = cut(word.trim());
  return { ...(q ? { q } : {}), ...(kind ? { [lineKinds[kind]]: kind } : {}) };
}

function cut(word: string): string {
  let out = "";
  let bytes = 0;
  for (const c of word) {
    bytes += new TextEncoder().encode(c).length;
    if (bytes > most) break;
    out += c;
  }
  return out;
}

/** wants tells of a line that is on the page already whether a filter lets it through; the engine tells of those to come. */
export function wants(f: LineFilter, l: Line, nameOf: (intent: string) => string): boolean {
  if (f.outcome && l.outcome !== f.outcome) return false;
  if (f.type && l.type !== f.type) return false;
  if (f.sentiment && l.reading?.sentiment !== f.sentiment) return false;
  if (!f.q) return true;
  const want = f.q.toLowerCase();
  const intent = l.reading?.intent;
  return [l.text, l.user, l.name, l.reply?.text, intent, intent && nameOf(intent)].some((s) =>
    s?.toLowerCase().includes(want),
  );
}
