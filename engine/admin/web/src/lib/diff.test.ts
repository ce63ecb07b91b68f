import { describe, expect, test } from "vitest";
import { diff, shorten } from "./diff";

const marks = { same: " ", old: "-", new: "+" };
const shown = (before: string, after: string) => diff(before, after).map((e) => marks[e.kind] + e.text);

describe("diff", () => {
  test("tells what was taken away and put in", () => {
    expect(shown("a\nb\nc\n", "a\nx\nc\n")).toEqual([" a", "-b", "+x", " c"]);
    expect(shown("a\nb", "a\nb\nc")).toEqual([" a", " b", "+c"]);
    expect(shown("a\nb\nc", "b\nc\nd")).toEqual(["-a", " b", " c", "+d"]);
    expect(shown("", "a\nb")).toEqual(["+a", "+b"]);
    expect(shown("a", "")).toEqual(["-a"]);
    expect(shown("", "")).toEqual([]);
    expect(shown("一\n二\n三", "一\n三\n二")).toEqual([" 一", "-二", " 三", "+二"]);
    expect(shown("a\n\nb", "a\nb")).toEqual([" a", "-", " b"]);
  });
  test("a text that ends with a line end is as one without", () => expect(shown("a\n", "a")).toEqual([" a"]));
  test("carries the lines of both texts", () => {
    const e = diff("a\nb\nc", "a\nx\ny\nc");
    expect(e.map((l) => [l.before, l.after])).toEqual([
      [1, 1],
      [2, 0],
      [0, 2],
      [0, 3],
      [3, 4],
    ]);
  });
  test("either text can be made of it, whatever they are", () => {
    let seed = 7;
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % n;
    };
    for (let i = 0; i < 200; i++) {
      const text = () => Array.from({ length: random(30) }, () => "abc"[random(3)]).join("\n");
      const [a, b] = [text(), text()];
      const e = diff(a, b);
      const side = (drop: string) =>
        e
          .filter((l) => l.kind !== drop)
          .map((l) => l.text)
          .join("\n");
      expect(side("new")).toBe(a);
      expect(side("old")).toBe(b);
    }
  });
  test("texts too long to compare are wholly replaced, and quickly", () => {
    const long = (c: string) => Array.from({ length: 5000 }, (_, i) => c + i).join("\n");
    const e = diff(`same\n${long("a")}\nend`, `same\n${long("b")}\nend`);
    expect(e.length).toBe(10_002);
    expect(e[0]?.kind).toBe("same");
    expect(e[e.length - 1]?.kind).toBe("same");
  });
});

test("what is far from a change is left out", () => {
  const many = Array.from({ length: 40 }, (_, i) => `l${i}`);
  const changed = many.map((l) => (l === "l20" ? "x" : l));
  const short = shorten(diff(many.join("\n"), changed.join("\n")), 2);
  expect(short.map((e) => (e ? marks[e.kind] + e.text : "…"))).toEqual([
    "…",
    " l18",
    " l19",
    "-l20",
    "+x",
    " l21",
    " l22",
    "…",
  ]);
  expect(shorten(diff("a\nb", "a\nb"))).toEqual([]);
});
