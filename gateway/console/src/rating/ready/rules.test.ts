import { expect, test } from "vitest";
import type { Schema } from "../../api/calls.ts";
import { takenOf, wholeRollups } from "./rules.ts";

type Row = Schema<"ReadyRow">;
const row = (id: number, invoice: number | null = null, kind: Row["invoice_kind"] = "rollup"): Row =>
  ({ work_order_id: id, invoice_id: invoice, invoice_kind: invoice === null ? null : kind, total: "10.00" }) as Row;
const ROWS = [row(1), row(2, 7), row(3, 7), row(4, 8), row(5, 9, "single")];

test("a roll-up is chosen whole, and left whole", () => {
  expect([...wholeRollups(ROWS, new Set(), new Set([2]))].sort()).toEqual([2, 3]);
  expect([...wholeRollups(ROWS, new Set([2, 3, 1]), new Set([3, 1]))]).toEqual([1]);
  expect([...wholeRollups(ROWS, new Set(), new Set([1, 5]))]).toEqual([1, 5]);
});

test("chosen roll-ups are asked for by their invoices, other orders by themselves, and the sum is exact", () => {
  expect(takenOf({}, undefined, [row(1), row(2, 7), row(3, 7)])).toEqual({ orders: 3, total: "30.00", selection: { work_order_ids: [1], invoice_ids: [7] } });
  expect(takenOf({ search: "W1" }, undefined, [row(5, 9, "single")])?.selection).toEqual({ work_order_ids: [5] });
});

test("all of a branch or a bill-to can be asked for, but not what another filter shows", () => {
  const totals = { exportable: { orders: 4, invoices: 2, total: "9.00" } } as Schema<"ReadyTotals">;
  expect(takenOf({ branch: "SAT", sort: "total", sums: "accounts" }, totals, [])).toEqual({ orders: 4, total: "9.00", selection: { branches: ["SAT"] } });
  expect(takenOf({ warning: ["RATE_CHANGED"] }, totals, [])).toBeUndefined();
});
