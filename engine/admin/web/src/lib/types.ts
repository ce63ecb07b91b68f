// What the engine tells, as /v1/openapi.json describes it.
import type { Label } from "./types_trace";

export interface Count {
  name: string;
  total: number;
  per_second: number;
}

export interface Stage {
  name: string;
  count: number;
  p50?: number;
  p95?: number;
  p99?: number;
}

export interface RoomFigures {
  viewers?: number;
  sold?: number;
  showing?: string;
  product?: string;
  stock?: number;
  stock_at?: number;
}

export interface RoomRow extends RoomFigures {
  room: string;
  users: number;
  mailbox: number;
  rate: number;
  restarts: number;
  awake: boolean;
}

export interface Overview {
  version: string;
  ready: string;
  started: number;
  shop: string;
  parts: { name: string; state: "ok" | "degraded" | "failing"; note?: string; advice?: string }[];
  at: number;
  window_s: number;
  since_start: boolean;
  messages?: Count;
  outcomes: Count[];
  quiet: Count[];
  decided: Count[];
  stages: Stage[];
  line: { ms: number; count: number; within?: number };
  links: Count[];
  traffic: Count[];
  actors: {
    users?: number;
    rooms?: number;
    in_flight?: number;
    restarts?: Count;
    dead_letters?: Count;
    panics?: Count;
    passivated?: Count;
  };
  alarms: { key: string; level: "warn" | "bad"; value?: number; note?: string; advice?: string }[];
  busiest: RoomRow[];
  no_data: string[];
}

export interface Page<T> {
  total: number;
  matched: number;
  offset: number;
  rows: T[];
}

export interface RoomNow extends RoomFigures {
  room: string;
  mode: "auto" | "suggest" | "paused";
  muted: { user: string; until?: number }[];
  top: { intent: string; product?: string; askers: number }[];
  answers: number;
  last_minute: number;
  per_minute: number;
  /** By the time at which a minute begins, Unix milliseconds. */
  sentiment: { minutes: Record<string, { positive: number; neutral: number; negative: number }>; full?: boolean };
}

export interface Reading {
  intent: string;
  confidence: number;
  unsure?: boolean;
  top?: { intent: string; p: number; limit?: number }[];
  emotion?: string;
  sentiment?: string;
  decided_by?: string;
  model?: string;
  entities?: { kind: string; value: string; norm?: string; unit?: string }[];
}

export interface Answer {
  text: string;
  by: string;
  scope?: string;
  script?: string;
  variant?: string;
  count?: number;
}

export interface Line {
  id: string;
  at: number;
  user: string;
  name?: string;
  type: string;
  text: string;
  reading?: Reading;
  outcome?: string;
  reason?: string;
  joined?: string;
  reply?: Answer;
  took_ms: number;
  traced?: boolean;
}

export interface Turn {
  at: number;
  type?: string;
  text: string;
  intent?: string;
  outcome?: string;
  reason?: string;
  reply?: Answer;
  reading?: Reading;
  took_ms?: number;
  id?: string;
  masked?: boolean;
  traced?: boolean;
  label?: Label;
}

/** Slot is one thing that a dialogue keeps in mind; text is what the shop calls it, when that is not the value. */
export interface Slot {
  name: string;
  value: string;
  text?: string;
}

/** A page of what was said before. */
export interface Earlier {
  turns: Turn[];
  before?: number;
  at?: number;
}

export interface Dialogue {
  room: string;
  user: string;
  turns: Turn[];
  slots: Slot[];
  open: Slot[];
  mood: number;
  seat?: string;
  mine: boolean;
  private: boolean;
  pending: number;
}

export interface Actor {
  kind: "user" | "room";
  room: string;
  user?: string;
  mailbox: number;
  handled: number;
  mean_us: number;
  restarts: number;
  active: number;
  rate?: number;
  state?: string;
}

export interface Handled {
  at: number;
  kind: string;
  id?: string;
  note?: string;
  wait_us?: number;
  took_us: number;
}

export interface ActorLive extends Actor {
  latest: Handled[];
}

export interface Tree {
  house: { rooms: number; users: number; mailbox: number; rate: number; restarts: number };
  owners: { name: string; figures: Count[] }[];
  rooms: Page<RoomRow>;
}

export interface Letter {
  id: number;
  at: number;
  kind: string;
  reason: string;
  target?: string;
  room?: string;
  user?: string;
  event?: string;
  replayable: boolean;
  replayed?: number;
}

export interface Link {
  session: string;
  role: string;
  room?: string;
  user?: string;
  remote: string;
  carrier: string;
  in: number;
  out: number;
  outbox: number;
  most: number;
  slow?: boolean;
  rate_in?: number;
  rate_out?: number;
  since: number;
}

export interface LinkPage extends Page<Link> {
  all: {
    open: Count[];
    accepted: Count[];
    in?: Count;
    out?: Count;
    outbox?: number;
    slow: number;
    evicted?: Count;
    replaced?: Count;
    silent?: Count;
    left?: Count;
    byes: (Count & { close: number })[];
    errors: Count[];
  };
}

export interface Inference {
  model: string;
  created?: string;
  runtime: boolean;
  sentiment: boolean;
  degraded?: string;
  refused?: string;
  waiting: number;
  running: number;
  limit: number;
  hit_rate: number;
  window_s: number;
  since_start: boolean;
  decided: Count[];
  fallbacks: Count[];
  batch?: Stage;
  run?: Stage;
  swaps: Count[];
  intents: (Count & { mean?: number; unsure: number })[];
}

export interface Scripts {
  digest: string;
  loaded: number;
  texts: number;
  refused?: string;
  folder?: string;
  files: string[];
  list: {
    name: string;
    file: string;
    own: boolean;
    intents?: string[];
    topics?: string[];
    texts: string[];
    variants: string[];
    said: number[];
  }[];
}

export interface Figures {
  since: number;
  at: number;
  list: {
    key: string;
    value?: number;
    unit: "share" | "seconds" | "score" | "ratio";
    target?: number;
    at_most?: boolean;
    count: number;
    source?: string;
    definition: string;
    cases?: boolean;
  }[];
}

export interface Case {
  at: number;
  room: string;
  user: string;
  event?: string;
  took_ms?: number;
  note?: string;
}

export interface Settings {
  settings: { name: string; value: string; source: string }[];
}

export interface Me {
  name: string;
  role: string;
  acts: string[];
  csrf?: string;
  must_change: boolean;
}

export interface AuditRecord {
  seq: number;
  at: number;
  of?: number;
  result: string;
  who: string;
  act: string;
  on?: string;
  from?: string;
  detail?: string;
  sealed?: boolean;
}

export interface AuditPage {
  status: {
    chain: string;
    key: string;
    last: number;
    failure?: string;
    refused: number;
    waiting: number;
    heads: { file: string; last: number; failure?: string }[];
    verified?: { at: number; seq: number; faults: number };
  };
  records: AuditRecord[];
  next?: number;
}

export interface AuditFinding {
  kind: string;
  seq?: number;
  to?: number;
  file?: string;
  offset?: number;
  line?: number;
  text: string;
}

export interface AuditReport {
  sound: boolean;
  chain: string;
  first: number;
  last: number;
  records: number;
  files: number;
  heads: number;
  headed: number;
  found: number;
  faults: AuditFinding[];
  notes: AuditFinding[];
  at: number;
  took_ms: number;
}
