import { expect, test } from "vitest";
import { blocks, spans } from "./markdown";

test("headings, paragraphs, lists, code and tables are told apart", () => {
  const got = blocks(
    "# Card: 1\n\nOne line\nand another.\n- a\n  goes on\n- b\n\n1. x\n2. y\n```\n# no heading\n```\n| f | v |\n| --- | ---: |\n| a | `1` |\nend",
  );
  expect(got.map((b) => b.kind)).toEqual(["heading", "paragraph", "list", "list", "code", "table", "paragraph"]);
  expect(got[1]).toEqual({ kind: "paragraph", spans: [{ text: "One line and another." }] });
  expect(got[2]).toEqual({ kind: "list", ordered: false, items: [[{ text: "a goes on" }], [{ text: "b" }]] });
  expect(got[3]).toMatchObject({ ordered: true });
  expect(got[4]).toEqual({ kind: "code", text: "# no heading" });
  expect(got[5]).toEqual({
    kind: "table",
    head: [[{ text: "f" }], [{ text: "v" }]],
    rows: [[[{ text: "a" }], [{ text: "1", kind: "code" }]]],
  });
});

test("spans keep every character of what is no mark", () => {
  expect(spans("a `b` **c** *d* 2*3*4 [x](javascript:alert(1)) <script>")).toEqual([
    { text: "a " },
    { text: "b", kind: "code" },
    { text: " " },
    { text: "c", kind: "strong" },
    { text: " " },
    { text: "d", kind: "em" },
    { text: " 2" },
    { text: "3", kind: "em" },
    { text: "4 [x](javascript:alert(1)) <script>" },
  ]);
  expect(spans("")).toEqual([]);
});

test("what is hostile or unfinished ends", () => {
  for (const s of [
    "```",
    "|",
    "|\n|",
    "| a |\n| - |",
    "#",
    "- ",
    "*".repeat(2000),
    "`".repeat(2001),
    "\n\n\n",
    "-",
    "1.",
  ]) {
    expect(() => blocks(s)).not.toThrow();
  }
  expect(blocks("x\n".repeat(20_000)).length).toBe(1);
});
