import type { EntryText } from "./types_library";

/** listOf reads a list that people write with commas, of either width, or one item a line. */
export function listOf(text: string): string[] {
  return text
    .split(/[\n,，、]/)
    .map((s) => s.trim())
    .filter((s) => s !== "");
}

/** linesOf reads a list of sentences, one a line: they may hold commas. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((s) => s.trim())
    .filter((s) => s !== "");
}

/** entryLines is an entry as lines, for comparing two versions. */
export function entryLines(e: EntryText): string {
  const lines = [`question: ${e.question}`, ...(e.alternatives ?? []).map((a) => `  ${a}`), "answer:", e.answer];
  if (e.tags?.length) lines.push(`tags: ${e.tags.join("、")}`);
  if (e.products?.length) lines.push(`products: ${e.products.join("、")}`);
  if (e.intents?.length) lines.push(`intents: ${e.intents.join("、")}`);
  return lines.join("\n");
}

/** shade is how dark a cell of a heat map is, 0 to 1: by the root, so that few are told from none beside many. */
export function shade(n: number, most: number): number {
  return most > 0 && n > 0 ? Math.sqrt(n / most) : 0;
}
