import { expect, test } from "vitest";
import { differences, merged } from "./merge.ts";

const BASE = { description: "Service", amount: "10.00", due: "2026-12-29", same: "x" };
const THEIRS = { description: "Service of process", amount: "12.00", due: "2026-12-29", same: "x", added: "new" };
const YOURS = { description: "Service", amount: "11.00", due: "2026-12-31", same: "x" };

test("what one of them changed is no conflict, what both changed is", () => {
  expect(differences(BASE, THEIRS, YOURS).map(({ field, both }) => [field, both])).toEqual([
    ["description", false], ["amount", true], ["due", false], ["added", false],
  ]);
  expect(differences(BASE, { ...BASE, amount: "9.00" }, { ...BASE, amount: "9.00" })[0]?.both).toBe(false);
});

test("nothing that either of them typed is lost without a choice", () => {
  expect(merged(BASE, THEIRS, YOURS, new Set())).toEqual({ ...THEIRS, due: "2026-12-31" });
  expect(merged(BASE, THEIRS, YOURS, new Set(["amount"]))).toEqual({ ...THEIRS, due: "2026-12-31", amount: "11.00" });
});
