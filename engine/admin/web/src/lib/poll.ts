/** Polled is what is asked for again and again. */
export interface Polled {
  /** How long an answer is fresh, in milliseconds; the next is asked for a little before or after. */
  every: number;
  /** ask never fails; attended is false when nobody has asked for it but the clock. */
  ask(attended: boolean): Promise<void>;
  /** Whether anybody sees the page. */
  visible(): boolean;
  random?: () => number;
  now?: () => number;
}

/** spread is a time within a fifth of another, so that a hundred pages do not ask at one moment. */
export function spread(every: number, random: () => number = Math.random): number {
  return every * (0.8 + random() * 0.4);
}

/**
 * Poll asks at once, and again while somebody sees the page. A page that was out of sight asks when it is seen again, if what it
 * has is old by then. One question is under way at a time.
 */
export class Poll {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = Number.NEGATIVE_INFINITY;
  private under: Promise<void> | undefined;
  private over = false;

  constructor(private readonly of: Polled) {}

  /** ask asks now, unless that is under way. */
  ask(attended: boolean): Promise<void> {
    this.under ??= this.once(attended);
    return this.under;
  }

  private async once(attended: boolean): Promise<void> {
    clearTimeout(this.timer);
    await this.of.ask(attended);
    this.asked = this.now();
    this.under = undefined;
    this.wait();
  }

  private now(): number {
    return (this.of.now ?? Date.now)();
  }

  private wait(): void {
    clearTimeout(this.timer);
    if (this.over || this.of.every <= 0 || !this.of.visible()) return;
    this.timer = setTimeout(() => void this.ask(false), spread(this.of.every, this.of.random));
  }

  /** seen is called when the page comes into sight or leaves it. */
  seen(): void {
    if (this.over || this.under || this.of.every <= 0) return;
    if (this.of.visible() && this.now() - this.asked >= this.of.every) void this.ask(false);
    else this.wait();
  }

  /** back is called when who is asked is there again after he was away: what he told before is old, however young it is. */
  back(): void {
    this.asked = Number.NEGATIVE_INFINITY;
    this.seen();
  }

  end(): void {
    this.over = true;
    clearTimeout(this.timer);
  }
}
