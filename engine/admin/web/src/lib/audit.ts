import type { AuditFinding } from "./types";

/** Asked is what the filter of the audit log says; empty texts ask for all. */
export interface Asked {
  who: string;
  act: string;
  on: string;
  person: string;
  result: string;
  since: string; // as a datetime-local field has it
  until: string;
}

export const empty: Asked = { who: "", act: "", on: "", person: "", result: "", since: "", until: "" };

/** auditPath is where the records are that are asked for, before a record unless that is 0. */
export function auditPath(asked: Asked, before: number): string {
  const q = new URLSearchParams();
  for (const key of ["who", "act", "on", "person", "result"] as const) {
    const word = asked[key].trim();
    if (word) q.set(key, word);
  }
  for (const key of ["since", "until"] as const) {
    const at = Date.parse(asked[key]); // of this machine's time zone
    if (!Number.isNaN(at)) q.set(key, String(at));
  }
  if (before > 0) q.set("before", String(before));
  const text = q.toString();
  return text ? `/v1/audit?${text}` : "/v1/audit";
}

/** where says in words which records a finding is about, and where they stand. */
export function where(f: AuditFinding): { records: string; place: string } {
  const records = !f.seq ? "—" : f.to && f.to > f.seq ? `${f.seq}–${f.to}` : String(f.seq);
  if (!f.file) return { records, place: "—" };
  return { records, place: f.line ? `${f.file}:${f.line}` : `${f.file} @${f.offset ?? 0}` };
}
