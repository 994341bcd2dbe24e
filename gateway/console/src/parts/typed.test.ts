import { expect, test } from "vitest";
import { today } from "./dates.ts";
import { faultOf, readTyped, showTyped, type Kind } from "./typed.ts";

test.each<[Kind, string, string, string]>([
  ["money", "1,045.07", "1045.07", "1,045.07"], ["money", "(45.10)", "-45.10", "\u221245.10"], ["money", "12*45", "540.00", "540.00"],
  ["number", "2.500", "2.500", "2.5"], ["number", "1,000", "1000", "1000"], ["number", ".5", "0.5", "0.5"],
  ["date", "2025-11-02", "2025-11-02", "2025-11-02"], ["text", " served twice ", "served twice", "served twice"], ["money", " ", "", ""],
])("%s %j is sent as %j and shown as %j", (kind, typed, value, shown) => {
  expect(readTyped(kind, typed)).toBe(value);
  expect(showTyped(kind, value)).toBe(shown);
  // What is read once is the same when it is read again.
  expect(readTyped(kind, value)).toBe(value);
  expect(faultOf(kind, value)).toBeUndefined();
});

test("plus and minus count from the day that the field has", () => {
  expect(readTyped("date", "+", "2026-12-31")).toBe("2027-01-01");
  expect(readTyped("date", "-2", "2026-12-31")).toBe("2026-12-29");
  expect(readTyped("date", "t", "2026-01-01")).toBe(today());
});

test.each<[Kind, string]>([["money", "123,00"], ["money", "abc"], ["number", "1e3"], ["date", "2/30/2026"]])("%s %j stays and is a fault", (kind, typed) => {
  expect(readTyped(kind, typed)).toBe(typed);
  expect(showTyped(kind, typed)).toBe(typed);
  expect(faultOf(kind, typed)).toContain(typed);
});
