/** What a key means while lines are labelled. */
export type Stroke =
  | { do: "guess"; at: number }
  | { do: "emotion"; at: number }
  | { do: "sentiment"; at: number }
  | { do: "find" | "keep" | "skip" | "undo" };

/** The keys, as the page shows them. */
export const keys = {
  guess: "123",
  emotion: "qwer",
  sentiment: "asd",
  find: "/",
  keep: "Enter",
  skip: "→",
  undo: "Backspace",
};

/** stroke reads a key; undefined is none of ours. With a modifier it is the browser's. */
export function stroke(e: { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean }): Stroke | undefined {
  if (e.ctrlKey || e.metaKey || e.altKey) return undefined;
  const k = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  for (const of of ["guess", "emotion", "sentiment"] as const) {
    const at = k.length === 1 ? keys[of].indexOf(k) : -1;
    if (at >= 0) return { do: of, at };
  }
  if (k === "/" || k === "f") return { do: "find" };
  if (k === "Enter") return { do: "keep" };
  if (k === "ArrowRight") return { do: "skip" };
  if (k === "Backspace" || k === "ArrowLeft") return { do: "undo" };
  return undefined;
}

/** matching returns the intents that a word picks: by key or by name, those that begin with it first. */
export function matching(intents: string[], nameOf: (key: string) => string, word: string): string[] {
  const w = word.trim().toLowerCase();
  if (w === "") return intents;
  const rank = (i: string) => {
    const of = [i.toLowerCase(), nameOf(i).toLowerCase()];
    return of.some((s) => s.startsWith(w)) ? 0 : of.some((s) => s.includes(w)) ? 1 : 2;
  };
  return intents.filter((i) => rank(i) < 2).sort((a, b) => rank(a) - rank(b));
}
