// The invoices of Accounts Receivable, newest first.

import { getRouteApi } from "@tanstack/react-router";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { dayWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords, dollarWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { InvoicesSearch } from "../searches.ts";

const STATUSES = ["open", "partly_settled", "credited", "written_off", "paid", "deleted"];
const route = getRouteApi("/invoices");
type Invoice = Schema<"InvoiceItem">;

const COLUMNS: readonly Column<Invoice>[] = [
  { field: "number", head: "Invoice", width: 90, pin: "left", sortable: true, cell: (invoice) => invoice.number },
  { field: "customer", head: "Customer", width: 200, sortable: true, cell: (invoice) => <span title={invoice.customer}>{invoice.customer_name}</span> },
  { field: "month", head: "Month", width: 85, cell: (invoice) => invoice.month },
  { field: "invoice_date", head: "Date", width: 100, sortable: true, cell: (invoice) => dayWords(invoice.invoice_date) },
  { field: "due_on", head: "Due", width: 100, sortable: true, cell: (invoice) => dayWords(invoice.due_on) },
  { field: "status", head: "Status", width: 120, cell: (invoice) => <StatusMark status={invoice.status} /> },
  { field: "total", head: "Total", width: 110, align: "right", sortable: true, cell: (invoice) => amountWords(invoice.total) },
  { field: "applied", head: "Applied", width: 110, align: "right", cell: (invoice) => amountWords(invoice.applied) },
  { field: "open", head: "Open", width: 110, pin: "right", align: "right", sortable: true, cell: (invoice) => <strong>{amountWords(invoice.open)}</strong> },
];

export function Invoices() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (changes: Changes<InvoicesSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as InvoicesSearch });
  const list = useList("invoices", "/api/v1/receivables/invoices", search);
  const totals = list.totals;
  return (
    <Page title="Invoices"
      filters={
        <>
          <SearchField label="Invoice, customer" value={search.search} change={(value) => set({ search: value })} />
          <Chips label="Status" chips={STATUSES.map((status) => ({ value: status, words: wordsOf(status) }))} on={search.status ?? []}
            change={(on) => set({ status: on.length > 0 ? on : undefined })} />
          <Chips label="Due" chips={[{ value: "overdue", words: "Overdue" }]} on={search.overdue === true ? ["overdue"] : []}
            change={(on) => set({ overdue: on.length > 0 ? true : undefined })} />
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {totals !== undefined && (
        <Totals><span><strong>{counted(totals.count, "invoice")}</strong>, {dollarWords(totals.total)}, open {dollarWords(totals.open)}</span></Totals>
      )}
      <DataTable label="Invoices" columns={COLUMNS} {...list.table} keyOf={(invoice) => invoice.id}
        sort={search.sort ?? "-id"} onSort={(sort) => set({ sort })} empty="No invoice matches these filters."
        onOpen={(invoice) => void navigate({ to: "/invoices/$id", params: { id: String(invoice.id) } })} />
    </Page>
  );
}
