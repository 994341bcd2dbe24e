// The columns of work in progress: by customer or server, and order by order.

import type { Schema } from "../../api/calls.ts";
import type { Column } from "../../parts/DataTable.tsx";
import { dayWords } from "../../parts/dates.ts";
import { amountWords } from "../../parts/money.ts";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { wordsOf } from "../../text/en.ts";

function count(value: number): string {
  return value === 0 ? "" : value.toLocaleString("en-US");
}

/** The columns by customer or by server; `named` is the name of a code that has no words of its own. */
export const groupColumns = (named: (code: string) => string): readonly Column<Schema<"WipGroup">>[] => [
  { field: "name", head: "Name", width: 260, pin: "left", cell: (row) => <span title={row.name}>{row.words || (row.name === "" ? "nobody" : named(row.name))}</span> },
  { field: "orders", head: "Orders", width: 80, align: "right", cell: (row) => row.orders.toLocaleString("en-US") },
  { field: "open", head: "Open", width: 80, align: "right", cell: (row) => count(row.open) },
  { field: "rated", head: "Rated", width: 80, align: "right", cell: (row) => count(row.rated) },
  { field: "assigned", head: "Assigned", width: 90, align: "right", cell: (row) => count(row.assigned) },
  { field: "exporting", head: "Exporting", width: 90, align: "right", cell: (row) => count(row.exporting) },
  { field: "oldest_days", head: "Oldest, days", width: 115, align: "right", cell: (row) => row.oldest_days },
  { field: "average_days", head: "Average, days", width: 120, align: "right", cell: (row) => row.average_days },
  { field: "without_value", head: "No value", width: 90, align: "right", cell: (row) => count(row.without_value) },
  { field: "value", head: "Value", width: 120, pin: "right", align: "right", cell: (row) => <strong>{amountWords(row.value)}</strong> },
];

export const ORDERS: readonly Column<Schema<"WipOrder">>[] = [
  { field: "number", head: "Order", width: 100, pin: "left", sortable: true, cell: (row) => row.number },
  { field: "status", head: "Status", width: 110, sortable: true, cell: (row) => <StatusMark status={row.status} /> },
  { field: "customer", head: "Customer", width: 220, sortable: true, cell: (row) => <span title={row.customer}>{row.customer_name ?? row.customer}</span> },
  { field: "job_type", head: "Job type", width: 120, cell: (row) => wordsOf(row.job_type) },
  { field: "field_status", head: "Field work", width: 110, cell: (row) => wordsOf(row.field_status) },
  { field: "service_on", head: "Served", width: 90, sortable: true, cell: (row) => dayWords(row.service_on) },
  { field: "age_days", head: "Age, days", width: 90, align: "right", cell: (row) => row.age_days },
  { field: "value_from", head: "Value from", width: 100, cell: (row) => (row.value_from === "none" ? "" : row.value_from) },
  { field: "why", head: "Why there is none", width: 260, cell: (row) => <span title={row.why}>{row.why === "" ? "" : wordsOf(row.why)}</span> },
  { field: "value", head: "Value", width: 110, pin: "right", align: "right", cell: (row) => <strong>{row.value === null ? "" : amountWords(row.value)}</strong> },
];
