// What the engine tells of scripts, knowledge and labelling, as /v1/openapi.json describes it.

import type { Reading, RoomFigures } from "./types";

export interface ScriptVersion {
  n: number;
  at: number;
  who?: string;
  from?: number;
  gone?: boolean;
  text?: string;
}

export interface ScriptFile {
  name: string;
  text: string;
  own: boolean;
  base: string;
  library?: string;
  editable: boolean;
  versions: ScriptVersion[];
  refused?: string;
}

export interface Flaw {
  file?: string;
  line?: number;
  text: string;
}

export interface Trial {
  variant: string;
  source: string;
  text?: string;
  missing?: string[];
  unmet?: string[];
  term?: string;
}

export interface Checked {
  problems: Flaw[];
  others?: Flaw[];
  texts: Trial[];
  product?: string;
}

export interface EntryText {
  question: string;
  alternatives?: string[];
  answer: string;
  tags?: string[];
  products?: string[];
  intents?: string[];
}

export interface Entry extends EntryText {
  id: string;
  updated: number;
  version: number;
  said?: number;
}

export interface EntryChecked {
  problems: Flaw[];
  asked: {
    question: string;
    intent: string;
    by: "this" | "other" | "script";
    entry?: string;
    exact?: boolean;
    score?: number;
    text?: string;
  }[];
  product?: string;
  figures: RoomFigures;
}

export interface EntryNow {
  now?: Entry;
  past: Entry[];
}

export interface Heat {
  since: number;
  asked: number;
  lost?: number;
  rows: { intent: string; product?: string; asked: number; answered: number; hours: number[] }[];
}

export interface UnsureLine {
  place: number;
  at: number;
  room: string;
  type: string;
  text: string;
  reading: Reading;
  times: number;
}

export interface UnsurePage {
  waiting: number;
  lines: UnsureLine[];
}
