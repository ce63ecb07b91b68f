import { describe, expect, it } from "vitest";
import { auditPath, empty, where } from "./audit";

describe("what is asked of the audit log", () => {
  it("is the path alone when nothing is asked for", () => expect(auditPath(empty, 0)).toBe("/v1/audit"));
  it("carries every field that says something, and escapes it", () => {
    const path = auditPath(
      { ...empty, who: " li na ", act: "room.", on: "a&b=c", person: "小美", result: "failed" },
      17,
    );
    const q = new URLSearchParams(path.split("?")[1]);
    expect(Object.fromEntries(q)).toEqual({
      who: "li na",
      act: "room.",
      on: "a&b=c",
      person: "小美",
      result: "failed",
      before: "17",
    });
  });
  it("turns times into milliseconds, and leaves out what is none", () => {
    const q = new URLSearchParams(auditPath({ ...empty, since: "2026-11-21T10:30", until: "soon" }, 0).split("?")[1]);
    expect(q.get("since")).toBe(String(new Date(2026, 10, 21, 10, 30).getTime()));
    expect(q.has("until")).toBe(false);
  });
});

describe("where a finding is", () => {
  const f = { kind: "altered", text: "" };
  it("names a record and its byte", () =>
    expect(where({ ...f, seq: 8, to: 8, file: "1.log", offset: 900 })).toEqual({ records: "8", place: "1.log @900" }));
  it("names several records", () => expect(where({ ...f, seq: 8, to: 21 })).toEqual({ records: "8–21", place: "—" }));
  it("names a line of heads", () =>
    expect(where({ ...f, file: "heads", line: 3 })).toEqual({ records: "—", place: "heads:3" }));
});
