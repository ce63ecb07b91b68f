/** Edit is one line of a comparison: kept, taken away or put in. */
export interface Edit {
  kind: "same" | "old" | "new";
  text: string;
  /** Its line in the old and in the new text, from 1; of a line that is only in one of them, 0 in the other. */
  before: number;
  after: number;
}

/** mostCells bounds the table of a comparison; texts beyond it are shown as wholly replaced between what they share at both ends. */
const mostCells = 4_000_000;

/** diff compares two texts line by line: the fewest lines that were taken away and put in. */
export function diff(before: string, after: string): Edit[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const edits: Edit[] = [];
  const same = (i: number, j: number) =>
    edits.push({ kind: "same", text: a[i] as string, before: i + 1, after: j + 1 });
  const old = (i: number) => edits.push({ kind: "old", text: a[i] as string, before: i + 1, after: 0 });
  const fresh = (j: number) => edits.push({ kind: "new", text: b[j] as string, before: 0, after: j + 1 });
  for (let i = 0; i < head; i++) same(i, i);
  const n = a.length - head - tail;
  const m = b.length - head - tail;
  if (n * m > mostCells) {
    for (let i = 0; i < n; i++) old(head + i);
    for (let j = 0; j < m; j++) fresh(head + j);
  } else {
    // longest[i][j] is how many lines the rests from i and j on have in common, in order.
    const width = m + 1;
    const longest = new Uint32Array((n + 1) * width);
    for (let i = n - 1; i >= 0; i--)
      for (let j = m - 1; j >= 0; j--)
        longest[i * width + j] =
          a[head + i] === b[head + j]
            ? (longest[(i + 1) * width + j + 1] as number) + 1
            : Math.max(longest[(i + 1) * width + j] as number, longest[i * width + j + 1] as number);
    let i = 0;
    let j = 0;
    while (i < n || j < m) {
      if (i < n && j < m && a[head + i] === b[head + j]) same(head + i++, head + j++);
      else if (i < n && (j >= m || (longest[(i + 1) * width + j] as number) >= (longest[i * width + j + 1] as number)))
        old(head + i++);
      else fresh(head + j++);
    }
  }
  for (let k = 0; k < tail; k++) same(a.length - tail + k, b.length - tail + k);
  return edits;
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines[lines.length - 1] === "") lines.pop(); // the end of the last line begins no other
  return lines;
}

/** shorten leaves out what is the same further than so many lines from any change; null stands for a gap. */
export function shorten(edits: Edit[], around = 3): (Edit | null)[] {
  const near = edits.map(() => false);
  edits.forEach((e, i) => {
    if (e.kind !== "same")
      for (let k = Math.max(0, i - around); k <= Math.min(edits.length - 1, i + around); k++) near[k] = true;
  });
  const out: (Edit | null)[] = [];
  edits.forEach((e, i) => {
    if (near[i]) out.push(e);
    else if (out.length === 0 || out[out.length - 1] !== null) out.push(null);
  });
  return edits.some((e) => e.kind !== "same") ? out : [];
}
