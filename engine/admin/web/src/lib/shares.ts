/** The shares told, in the order of their lines. */
export const feelings = ["positive", "neutral", "negative"] as const;

export type Feeling = (typeof feelings)[number];

interface Bucket {
  at: number;
  n: Record<Feeling, number>;
}

/** Shares counts feelings by stretches of time, the latest so many, so that a page that stays open does not grow. */
export class Shares {
  private buckets: Bucket[] = [];

  constructor(
    /** How long one stretch is, in milliseconds. */
    readonly every = 5_000,
    readonly limit = 360,
  ) {}

  /** add counts one feeling at a time; one that comes late counts where it belongs while that is kept. */
  add(at: number, feeling: string | undefined): void {
    if (!isFeeling(feeling)) return;
    const start = Math.floor(at / this.every) * this.every;
    let b = this.buckets.findLast((x) => x.at <= start);
    if (b?.at !== start) {
      if (this.buckets.length >= this.limit && this.buckets[0] && start < this.buckets[0].at) return;
      b = { at: start, n: { positive: 0, neutral: 0, negative: 0 } };
      this.buckets.push(b);
      this.buckets.sort((x, y) => x.at - y.at);
      if (this.buckets.length > this.limit) this.buckets.shift();
    }
    b.n[feeling]++;
  }

  /** data is what a chart draws: times in seconds, then the shares in percent; a stretch without any is a gap. */
  data(): (number | null)[][] {
    const times: number[] = [];
    const lines: (number | null)[][] = feelings.map(() => []);
    let before: number | undefined;
    for (const b of this.buckets) {
      if (before !== undefined && b.at - before > this.every) {
        times.push((before + this.every) / 1000);
        for (const l of lines) l.push(null);
      }
      before = b.at;
      const all = b.n.positive + b.n.neutral + b.n.negative;
      times.push(b.at / 1000);
      for (const [i, f] of feelings.entries()) lines[i]?.push((b.n[f] / all) * 100);
    }
    return [times, ...lines];
  }
}

function isFeeling(f: string | undefined): f is Feeling {
  return feelings.includes(f as Feeling);
}
