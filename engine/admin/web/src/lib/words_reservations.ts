// The words of what is reserved, Chinese first.
export const reservationWords = {
  reservations: ["预留", "Reservations"],
  reservationsNote: ["为观众留着的货，到期自动释放", "pieces held for viewers; they are given back at their time"],
  noReservations: ["没有符合条件的预留", "No reservation is like that"],
  heldNow: ["占用中（待确认、已锁定）", "Held now (to be confirmed, locked)"],
  productName: ["商品", "Product"],
  pieces: ["件数", "Pieces"],
  heldUntil: ["剩余时间 / 时间", "Time left / moment"],
  sortBy: ["排序", "Order"],
  endsFirst: ["先到期的在前", "What ends first"],
  newestFirst: ["最近变动的在前", "What changed last"],
  releaseHeld: ["释放", "Release"],
  seeReservations: ["查看本直播间的预留", "See what is reserved in this room"],
} as const satisfies Record<string, readonly [string, string]>;

/** What the engine calls how a reservation stands, and the act of releasing one. */
export const reservationTold: Record<string, readonly [string, string]> = {
  "standing.open": ["待确认", "to be confirmed"],
  "standing.confirmed": ["已锁定", "locked"],
  "standing.ordered": ["已下单", "ordered"],
  "standing.released": ["已释放", "released"],
  "standing.expired": ["已过期", "expired"],
  "act.stock.": ["库存相关", "stock"],
  "act.stock.release": ["释放预留", "release a reservation"],
};
