/** Ring keeps the latest of what comes, at most so many, so that a page that stays open for days does not grow. */
export class Ring<T> {
  private kept: T[] = [];
  /** How many came in all. */
  total = 0;

  constructor(readonly limit: number) {}

  push(...items: T[]): void {
    this.total += items.length;
    this.kept = [...this.kept, ...items].slice(-this.limit); // another array, so that a signal that holds it tells of it
  }

  /** The items kept, the oldest first. */
  all(): readonly T[] {
    return this.kept;
  }

  clear(): void {
    this.kept = [];
  }
}
