/** Reservation is what the engine tells of one, as /v1/openapi.json describes it. */
export interface Reservation {
  id: string;
  sku: string;
  product?: string;
  variant?: string;
  warehouse?: string;
  quantity: number;
  state: string;
  at: number;
  until: number;
  room?: string;
  user?: string;
}

export interface ReservationPage {
  now: number;
  rows: Reservation[];
  next?: string;
}

/** How a reservation may stand, those that hold something first. */
export const standings = ["open", "confirmed", "ordered", "released", "expired"];

/** The choice of what is held and ends by itself: what can still be released. */
export const held = "open,confirmed";

/** Wanted is what the filter says; empty texts ask for all. */
export interface Wanted {
  state: string;
  sku: string;
  room: string;
  sort: "deadline" | "newest";
}

/** reservationsPath is where the reservations are that are wanted, after a place unless that is empty. */
export function reservationsPath(wanted: Wanted, after: string): string {
  const q = new URLSearchParams();
  for (const key of ["state", "sku", "room"] as const) {
    const word = wanted[key].trim();
    if (word) q.set(key, word);
  }
  if (wanted.sort !== "deadline") q.set("sort", wanted.sort);
  if (after) q.set("after", after);
  const text = q.toString();
  return text ? `/v1/reservations?${text}` : "/v1/reservations";
}

/** releasable tells whether a reservation holds something that can be given back by hand. */
export function releasable(r: Reservation): boolean {
  return r.state === "open" || r.state === "confirmed";
}

/**
 * remaining says how many seconds a reservation still has, by the engine's clock: that of this machine may be off, and tells
 * only how long ago the engine told its own. It is never below 0.
 */
export function remaining(until: number, toldNow: number, toldAt: number, now: number): number {
  return Math.max(0, Math.ceil((until - toldNow - Math.max(0, now - toldAt)) / 1000));
}

/** countdown writes seconds as minutes and seconds, with hours when there are any. */
export function countdown(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(seconds / 3600);
  const m = Math.floor(seconds / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(seconds % 60)}` : `${m}:${two(seconds % 60)}`;
}
