import type { Turn } from "./types";

const keyOf = (t: Turn) => (t.id ? `${t.type} ${t.id}` : `${t.at} ${t.text}`);

/** joined puts earlier turns before those shown now, each once. What one of the two lacks, the other has. */
export function joined(earlier: readonly Turn[], now: readonly Turn[]): Turn[] {
  const all = new Map(earlier.map((t) => [keyOf(t), t]));
  const from = earlier[0]?.at ?? Number.POSITIVE_INFINITY;
  for (const t of now) {
    const had = all.get(keyOf(t));
    if (had) all.set(keyOf(t), { ...had, ...t, text: t.text || had.text });
    else if (t.id || t.at < from || !earlier.some((e) => e.at === t.at)) all.set(keyOf(t), t);
  }
  return [...all.values()].sort((a, b) => a.at - b.at);
}
