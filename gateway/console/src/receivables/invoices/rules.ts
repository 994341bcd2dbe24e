// The lines of an invoice, by the work orders that they are for.

import type { Schema } from "../../api/calls.ts";

export type Line = Schema<"LineRow">;

export interface OrderOfLines {
  /** The order in rating; undefined for lines that are for none. */
  id: number | undefined;
  number: string;
  lines: Line[];
}

/** The lines by order, in the order of the invoice. */
export function byOrder(lines: readonly Line[]): OrderOfLines[] {
  const found = new Map<number | undefined, OrderOfLines>();
  for (const line of lines) {
    const id = line.work_order_id ?? undefined;
    const order = found.get(id) ?? { id, number: line.work_order_number ?? "", lines: [] };
    order.lines.push(line);
    found.set(id, order);
  }
  return [...found.values()];
}

/** How the amount of a line was reckoned, in few words. */
export function reckoned(line: Line): string {
  if (line.reason) return line.reason;
  const quantity = line.quantity.replace(/\.?0+$/, "");
  if (line.unit_rate === "0.00000" || (quantity === "1" && !line.unit)) return "";
  return `${quantity} ${line.unit ?? ""} × ${line.unit_rate.replace(/(\.\d\d\d*?)0+$/, "$1")}`.replace(/ +/, " ");
}
