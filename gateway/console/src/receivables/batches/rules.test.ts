import { expect, test } from "vitest";
import { nameOf, toGo, whyNotEdited, whyNotPosted, whyNotValidated, type BatchRow } from "./rules.ts";

function batch(fields: Partial<BatchRow>): BatchRow {
  return { month: "2026-11", number: 1, entries: 2, entered: "724.75", control_total: null, status: "open", ...fields } as BatchRow;
}

test("what is left to enter is exact, and below zero if too much was entered", () => {
  expect(nameOf(batch({}))).toBe("2026-11 #1");
  expect(toGo(batch({ control_total: "1000.00" }))).toBe("275.25");
  expect(toGo(batch({ control_total: "700.00" }))).toBe("-24.75");
  expect(toGo(batch({}))).toBe("0.00");
});

test("a batch is validated, corrected and posted in this order", () => {
  expect(whyNotValidated(batch({ entries: 0 }))).toBe("The batch has no entries yet.");
  expect(whyNotPosted(batch({}))).toBe("Validate the batch first.");
  expect(whyNotPosted(batch({ status: "errors" }))).toContain("Correct them");
  for (const status of ["valid", "warnings"] as const) expect(whyNotPosted(batch({ status }))).toBeUndefined();
  for (const status of ["posted", "posting", "validating", "awaiting_approval"] as const) expect(whyNotEdited(batch({ status }))).toBeDefined();
});
