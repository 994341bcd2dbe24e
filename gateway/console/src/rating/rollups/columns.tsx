// The three states of Open Rollup, and the columns of its two lists.

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schema } from "../../api/calls.ts";
import type { Column } from "../../parts/DataTable.tsx";
import { dayWords } from "../../parts/dates.ts";
import { amountWords } from "../../parts/money.ts";
import { StatusMark } from "../../parts/StatusMark.tsx";

type Totals = Schema<"OpenRollupTotals">;
export type Customer = Schema<"RollupSums"> & { place: number };
type Row = Schema<"OpenRollupRow">;

export const STATES = [
  { state: "rated", head: "Rated", words: "Rated, not assigned", orders: "rated_orders", amount: "rated" },
  { state: "assigned", head: "Assigned", words: "Assigned, not sent", orders: "assigned_orders", amount: "assigned" },
  { state: "sent", head: "Sent", words: "Rolled up and sent", orders: "sent_orders", amount: "sent" },
] as const satisfies readonly { state: string; head: string; words: string; orders: keyof Totals; amount: keyof Totals }[];

/** A sum that leads to the orders of one state and customer; nothing leads nowhere. */
function drill(row: Customer, state: (typeof STATES)[number]): ReactNode {
  if (row[state.orders] === 0) return "";
  return <Link to="/rollups" search={{ state: state.state, bill_to: row.bill_to, branch: row.branch }}>{amountWords(row[state.amount])}</Link>;
}

export const CUSTOMERS: readonly Column<Customer>[] = [
  { field: "bill_to", head: "Bill-to", width: 240, pin: "left", cell: (row) => <span title={row.bill_to}>{row.bill_to_name ?? row.bill_to}</span> },
  { field: "branch", head: "Branch", width: 80, cell: (row) => row.branch },
  ...STATES.flatMap((state): Column<Customer>[] => [
    { field: `${state.state}-orders`, head: "Orders", width: 70, align: "right", cell: (row) => (row[state.orders] === 0 ? "" : row[state.orders].toLocaleString("en-US")) },
    { field: state.state, head: state.head, width: 110, align: "right", cell: (row) => drill(row, state) },
  ]),
  { field: "total", head: "Total", width: 110, pin: "right", align: "right", cell: (row) => <strong>{amountWords(row.total)}</strong> },
];

export const ORDERS: readonly Column<Row>[] = [
  { field: "number", head: "Order", width: 100, pin: "left", sortable: true, cell: (row) => row.number },
  { field: "state", head: "State", width: 110, cell: (row) => <StatusMark status={row.state} /> },
  { field: "bill_to", head: "Bill-to", width: 220, sortable: true, cell: (row) => <span title={row.bill_to}>{row.bill_to_name ?? row.bill_to}</span> },
  { field: "matter", head: "Matter", width: 110, cell: (row) => row.matter },
  { field: "service_on", head: "Served", width: 90, sortable: true, cell: (row) => dayWords(row.service_on) },
  {
    field: "invoice_id", head: "Draft or invoice", width: 140, sortable: true,
    cell: (row) => (row.ar_number === null ? (row.invoice_id === null ? "" : `draft ${row.invoice_id}`) : <Link to="/invoices" search={{ search: row.ar_number }}>{row.ar_number}</Link>),
  },
  { field: "cycle_to", head: "Cycle until", width: 100, cell: (row) => dayWords(row.cycle_to) },
  { field: "total", head: "Total", width: 110, pin: "right", align: "right", sortable: true, cell: (row) => <strong>{amountWords(row.total)}</strong> },
];
