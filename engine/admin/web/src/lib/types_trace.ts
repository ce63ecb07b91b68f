import type { Answer, Reading, Slot } from "./types";

/** The way of one message through the node, as GET …/trace answers. */
export interface Trace {
  id: string;
  type: string;
  at: number;
  total_us: number;
  spans: { stage: string; from_us: number; us: number }[];
  mailbox: number;
  waiting: number;
  batch?: number;
  from?: string;
  outcome?: string;
  reason?: string;
  reading?: Reading;
  rule?: { match: string; text: string };
  reply?: Answer;
  before: Position;
  after: Position;
  topic?: string;
  book?: string;
  said: { part: string; topic?: string; script: string; variant?: string }[];
  figures: { name: string; value: number; age_ms: number; limit_ms: number; version: number }[];
  entry?: { id: string; version: number; exact: boolean; score: number };
  experiments: string[];
}

export interface Position {
  slots: Slot[];
  open: Slot[];
}

/** What a person said that a message means. */
export interface Label {
  at: number;
  by: string;
  source: string;
  intent: string;
  emotion?: string;
  sentiment?: string;
  was?: string;
}
