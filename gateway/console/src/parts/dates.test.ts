import { expect, test } from "vitest";
import { dayWords, later, readDay } from "./dates.ts";

const NOW = "2026-11-29";

test.each([
  ["2026-11-29", "2026-11-29"], ["11/29/2026", "2026-11-29"], ["11/29/26", "2026-11-29"], ["1/2", "2026-01-02"],
  ["12-31", "2026-12-31"], ["7", "2026-11-07"], ["t", NOW], ["m", "2026-11-01"], ["h", "2026-11-30"], ["+", "2026-11-30"],
  ["-", "2026-11-28"], ["+30", "2026-12-29"], ["2/29/2028", "2028-02-29"],
])("%s is %s", (typed, day) => expect(readDay(typed, NOW)).toBe(day));

test.each(["2/29/2026", "31", "13/1", "29.11.2026", "soon", "", "1989-12-31", "2101-01-01"])("%s is not a day", (typed) =>
  expect(readDay(typed, NOW)).toBeUndefined(),
);

test("a day goes over the end of a year", () => expect(later("2026-12-31", 1)).toBe("2027-01-01"));

test("the year is shown only if it is another", () => {
  expect(dayWords("2026-11-02", NOW)).toBe("11-02");
  expect(dayWords("2025-11-02", NOW)).toBe("2025-11-02");
  expect(dayWords(null, NOW)).toBe("");
});
