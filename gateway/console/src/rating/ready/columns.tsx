// The columns of Ready to Export.

import type { Schema } from "../../api/calls.ts";
import type { Column } from "../../parts/DataTable.tsx";
import { dayWords } from "../../parts/dates.ts";
import { amountWords } from "../../parts/money.ts";
import { wordsOf } from "../../text/en.ts";

type Row = Schema<"ReadyRow">;

export const COLUMNS: readonly Column<Row>[] = [
  { field: "number", head: "Order", width: 90, pin: "left", sortable: true, cell: (row) => row.number },
  { field: "bill_to", head: "Bill-to", width: 210, sortable: true, cell: (row) => <span title={row.bill_to}>{row.bill_to_name ?? row.bill_to}</span> },
  { field: "job_type", head: "Job type", width: 105, sortable: true, cell: (row) => wordsOf(row.job_type) },
  { field: "branch", head: "Branch", width: 70, sortable: true, cell: (row) => row.branch },
  { field: "service_on", head: "Served", width: 100, sortable: true, cell: (row) => dayWords(row.service_on) },
  { field: "charges_total", head: "Charges", width: 85, align: "right", sortable: true, cell: (row) => amountWords(row.charges_total) },
  { field: "advances_total", head: "Advances", width: 90, align: "right", cell: (row) => amountWords(row.advances_total) },
  {
    field: "warnings", head: "Warnings", width: 190,
    cell: (row) => <span title={row.warnings.map((one) => one.detail).join("; ")}>{row.warnings.map((one) => wordsOf(one.code)).join(", ")}</span>,
  },
  { field: "total", head: "Total", width: 100, pin: "right", align: "right", sortable: true, cell: (row) => <strong>{amountWords(row.total)}</strong> },
];
