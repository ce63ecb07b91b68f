import { lang } from "./prefs";

/** absent is what stands where nothing is known. */
export const absent = "—";

/** whole writes a number without fractions, grouped. */
export function whole(n: number | undefined): string {
  return n === undefined ? absent : Math.round(n).toLocaleString("en-US");
}

/** short writes a number in at most about three digits. */
export function short(n: number | undefined): string {
  if (n === undefined) return absent;
  const a = Math.abs(n);
  if (a === 0) return "0";
  if (a < 0.01) return n.toFixed(3);
  if (a < 1) return n.toFixed(2);
  if (a < 10) return n.toFixed(1);
  return whole(n);
}

/** percent writes a share. */
export function percent(share: number | undefined): string {
  if (share === undefined) return absent;
  const p = share * 100;
  if (p > 99.9 && p < 100) return `${Math.floor(p * 100) / 100}%`;
  return `${Math.round(p * 10) / 10}%`;
}

/** clock writes a time of day. */
export function clock(at: number): string {
  const d = new Date(at);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** day writes a date with its time. */
export function day(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock(at)}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** ago writes how long something is past. */
export function ago(at: number, now: number): string {
  const s = Math.max(0, Math.round((now - at) / 1000));
  const zh = lang.value === "zh";
  if (s < 60) return zh ? `${s} 秒前` : `${s} s ago`;
  if (s < 3600) return zh ? `${Math.floor(s / 60)} 分前` : `${Math.floor(s / 60)} min ago`;
  return zh ? `${Math.floor(s / 3600)} 小时前` : `${Math.floor(s / 3600)} h ago`;
}

/**
 * plain makes a text of strangers safe to lay out: marks that turn the direction of writing, and other characters that
 * show nothing, become visible; a text of ten thousand characters is cut. It stays text: nothing here makes markup.
 */
export function plain(text: string, most = 400): string {
  const visible = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is to be seen
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g,
    (c) => (c === "\u200d" ? c : "\u00b7"),
  );
  const runes = Array.from(visible);
  return runes.length > most ? `${runes.slice(0, most).join("")}…（${runes.length}）` : visible;
}

/** csv writes rows as comma-separated values; a cell that a spreadsheet would take for a formula is quoted as text. */
export function csv(rows: (string | number | undefined)[][]): string {
  return rows
    .map((row) =>
      row
        .map((cell) => {
          let s = cell === undefined ? "" : String(cell);
          if (typeof cell === "string" && /^[=+\-@\t\r]/.test(s)) s = `'${s}`;
          return /[",\n\r]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
        })
        .join(","),
    )
    .join("\r\n");
}
