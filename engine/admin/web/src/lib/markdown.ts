/** Span is a run of text within a block. */
export interface Span {
  text: string;
  kind?: "code" | "strong" | "em";
}

/** Block is one piece of a document. Nothing in it is markup: the page makes elements of it, and text stays text. */
export type Block =
  | { kind: "heading"; level: number; spans: Span[] }
  | { kind: "paragraph"; spans: Span[] }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; items: Span[][] }
  | { kind: "table"; head: Span[][]; rows: Span[][][] };

const longest = 5000; // lines; what is beyond is left out

/** blocks reads the part of Markdown that cards are written in; links and pictures stay as they are written. */
export function blocks(source: string): Block[] {
  const lines = source.split(/\r?\n/).slice(0, longest);
  const out: Block[] = [];
  let i = 0;
  const line = () => lines[i] ?? "";
  while (i < lines.length) {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line());
    if (line().trim() === "") {
      i++;
    } else if (heading) {
      out.push({ kind: "heading", level: heading[1]?.length ?? 1, spans: spans(heading[2] ?? "") });
      i++;
    } else if (line().startsWith("```")) {
      const from = ++i;
      while (i < lines.length && !line().startsWith("```")) i++;
      out.push({ kind: "code", text: lines.slice(from, i).join("\n") });
      i++;
    } else if (isRow(line()) && isRule(lines[i + 1] ?? "")) {
      const head = cells(line());
      const rows: Span[][][] = [];
      for (i += 2; i < lines.length && isRow(line()); i++) rows.push(cells(line()));
      out.push({ kind: "table", head, rows });
    } else if (item(line()) !== undefined) {
      const ordered = /^\s*\d/.test(line());
      const items: string[] = [];
      for (; i < lines.length && line().trim() !== ""; i++) {
        const text = item(line());
        if (text !== undefined) items.push(text);
        else if (/^\s/.test(line())) items.push(`${items.pop()} ${line().trim()}`);
        else break;
      }
      out.push({ kind: "list", ordered, items: items.map(spans) });
    } else {
      const from = i++;
      while (i < lines.length && plainLine(line())) i++;
      out.push({ kind: "paragraph", spans: spans(lines.slice(from, i).join(" ")) });
    }
  }
  return out;
}

const isRow = (l: string) => l.startsWith("|");
const isRule = (l: string) => /^\|[\s:|-]+$/.test(l) && l.includes("-");
const item = (l: string) => /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(l)?.[1];
const plainLine = (l: string) =>
  l.trim() !== "" && !/^#{1,6}\s/.test(l) && !l.startsWith("```") && !isRow(l) && item(l) === undefined;

function cells(row: string): Span[][] {
  return row
    .replace(/^\||\|\s*$/g, "")
    .split("|")
    .map((c) => spans(c.trim()));
}

/** spans tells code, strong and emphasised text from the rest. */
export function spans(text: string): Span[] {
  const out: Span[] = [];
  let from = 0;
  for (const m of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g)) {
    if (m.index > from) out.push({ text: text.slice(from, m.index) });
    if (m[1] !== undefined) out.push({ text: m[1], kind: "code" });
    else if (m[2] !== undefined) out.push({ text: m[2], kind: "strong" });
    else out.push({ text: m[3] ?? "", kind: "em" });
    from = m.index + m[0].length;
  }
  if (from < text.length) out.push({ text: text.slice(from) });
  return out;
}
