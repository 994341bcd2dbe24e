import { expect, test } from "vitest";
import { chosen, EMPTY, requestOf, toggled, total, unreadable } from "./rules.ts";

const LINES = [
  { line: 1, remaining: "60.00" },
  { line: 2, remaining: "-45.00" },
  { line: 3, remaining: "0.00" },
];

test("a line below zero is credited by a positive amount, and takes from the sum", () => {
  const form = toggled(EMPTY, LINES);
  expect(form.amounts).toEqual({ 1: "60.00", 2: "45.00" });
  expect(total(form, LINES)).toBe("15.00");
});

test("choosing what is chosen already leaves it alone again", () => {
  expect(toggled(toggled(EMPTY, LINES), LINES).amounts).toEqual({});
  expect(toggled({ ...EMPTY, amounts: { 1: "5.00" } }, LINES.slice(0, 1)).amounts).toEqual({ 1: "60.00" });
});

test("everything that is left is asked for without lines, a part with them", () => {
  expect(requestOf({ ...toggled(EMPTY, LINES), reason: " wrong firm " }, LINES)).toEqual({ reason: "wrong firm" });
  expect(requestOf({ ...EMPTY, amounts: { 1: "5.00" }, disposition: "rerate", month: "2026-12" }, LINES)).toEqual({
    reason: "", lines: [{ line: 1, amount: "5.00" }], disposition: "rerate", month: "2026-12",
  });
  expect(requestOf({ ...EMPTY, amounts: { 1: "60.00" } }, LINES).lines).toEqual([{ line: 1, amount: "60.00" }]);
});

test("what cannot be read is not sent, and nothing is no amount", () => {
  const form = { ...EMPTY, amounts: { 1: "sixty", 2: "0.00", 3: "" } };
  expect(chosen(form)).toEqual([]);
  expect(unreadable(form)).toBe(true);
  expect(unreadable({ ...EMPTY, amounts: { 1: "" } })).toBe(false);
});
