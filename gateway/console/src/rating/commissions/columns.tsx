// The states of commissions, and the columns of their lists.

import type { Schema } from "../../api/calls.ts";
import type { Column } from "../../parts/DataTable.tsx";
import { dayWords } from "../../parts/dates.ts";
import { amountWords } from "../../parts/money.ts";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { showTyped } from "../../parts/typed.ts";

type Totals = Schema<"CommissionTotals">;

export const STATES = [
  { status: "accrued", words: "Accrued, not invoiced yet", amount: "accrued" },
  { status: "payable", words: "Owed", amount: "owed" },
  { status: "selected", words: "Selected for payment", amount: "selected" },
  { status: "paid", words: "Paid", amount: "paid" },
] as const satisfies readonly { status: string; words: string; amount: keyof Totals }[];

export const SERVERS: readonly Column<Schema<"ServerTotal">>[] = [
  { field: "server", head: "Server", width: 220, pin: "left", cell: (row) => <span title={row.server}>{row.name || row.server}</span> },
  { field: "bookings", head: "Bookings", width: 90, align: "right", cell: (row) => row.bookings.toLocaleString("en-US") },
  { field: "accrued", head: "Accrued", width: 120, align: "right", cell: (row) => amountWords(row.accrued) },
  { field: "selected", head: "Selected", width: 120, align: "right", cell: (row) => amountWords(row.selected) },
  { field: "paid", head: "Paid", width: 120, align: "right", cell: (row) => amountWords(row.paid) },
  { field: "amount", head: "Earned", width: 120, align: "right", cell: (row) => amountWords(row.amount) },
  { field: "owed", head: "Owed", width: 120, pin: "right", align: "right", cell: (row) => <strong>{amountWords(row.owed)}</strong> },
];

export const BOOKINGS: readonly Column<Schema<"Booking">>[] = [
  { field: "work_order", head: "Order", width: 100, pin: "left", sortable: true, cell: (row) => row.work_order },
  { field: "server", head: "Server", width: 160, sortable: true, cell: (row) => <span title={row.server}>{row.server_name}</span> },
  { field: "service_on", head: "Served", width: 90, cell: (row) => dayWords(row.service_on) },
  { field: "billing_item", head: "Item", width: 200, cell: (row) => row.billing_item },
  { field: "kind", head: "Kind", width: 90, cell: (row) => row.kind },
  { field: "base", head: "Of", width: 90, align: "right", cell: (row) => amountWords(row.base) },
  { field: "figure", head: "Figure", width: 90, align: "right", cell: (row) => (row.method === "flat" ? amountWords(row.figure) : `${showTyped("number", row.figure)} %`) },
  { field: "share", head: "Share", width: 80, align: "right", cell: (row) => `${showTyped("number", row.share)} %` },
  { field: "status", head: "Status", width: 110, cell: (row) => <StatusMark status={row.status} /> },
  { field: "invoice", head: "Invoice", width: 100, cell: (row) => row.invoice ?? "" },
  { field: "period", head: "Period", width: 80, align: "right", sortable: true, cell: (row) => row.period },
  { field: "amount", head: "Amount", width: 100, pin: "right", align: "right", sortable: true, cell: (row) => <strong>{amountWords(row.amount)}</strong> },
];
