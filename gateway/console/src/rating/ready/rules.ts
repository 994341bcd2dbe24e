// What an export takes: the orders that are chosen, with their roll-ups whole, or all that the filters of the list allow.

import type { Schema } from "../../api/calls.ts";
import { sumOf } from "../../parts/money.ts";
import type { ReadySearch } from "../searches.ts";

type Row = Schema<"ReadyRow">;

/** How many orders an export takes, what they come to, and how the suite is asked for them. */
export interface Taken {
  orders: number;
  total: string;
  selection: Schema<"Selection">;
}

/** The keys of rows with those of their roll-ups: a roll-up is exported whole or not at all. */
export function wholeRollups(rows: readonly Row[], before: ReadonlySet<number>, after: ReadonlySet<number>): Set<number> {
  const changed = rows.filter((row) => before.has(row.work_order_id) !== after.has(row.work_order_id));
  const keys = new Set(after);
  for (const { invoice_id: invoice, invoice_kind: kind, work_order_id: id } of changed) {
    if (kind !== "rollup" || invoice === null) continue;
    for (const row of rows) {
      if (row.invoice_id !== invoice) continue;
      if (after.has(id)) keys.add(row.work_order_id);
      else keys.delete(row.work_order_id);
    }
  }
  return keys;
}

/** What is taken of the chosen rows: roll-ups by their invoices, other orders by themselves. */
function chosenOf(chosen: readonly Row[]): Taken {
  const rollups = [...new Set(chosen.flatMap((row) => (row.invoice_kind === "rollup" && row.invoice_id !== null ? [row.invoice_id] : [])))];
  const orders = chosen.filter((row) => row.invoice_kind !== "rollup" || row.invoice_id === null).map((row) => row.work_order_id);
  return {
    orders: chosen.length,
    total: sumOf(chosen.map((row) => row.total)),
    selection: { ...(orders.length > 0 ? { work_order_ids: orders } : {}), ...(rollups.length > 0 ? { invoice_ids: rollups } : {}) },
  };
}

/** What an export takes, or undefined where the suite cannot be asked for it: then orders are chosen by hand. */
export function takenOf(search: ReadySearch, totals: Schema<"ReadyTotals"> | undefined, chosen: readonly Row[]): Taken | undefined {
  if (chosen.length > 0) return chosenOf(chosen);
  const others = Object.keys(search).filter((name) => !["branch", "bill_to", "sort", "exportable", "sums"].includes(name));
  if (totals === undefined || others.length > 0) return undefined;
  return {
    orders: totals.exportable.orders,
    total: totals.exportable.total,
    selection: {
      ...(search.branch === undefined ? {} : { branches: [search.branch] }),
      ...(search.bill_to === undefined ? {} : { bill_tos: [search.bill_to] }),
    },
  };
}
