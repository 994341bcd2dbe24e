// What a customer has: open items, all invoices, and orders. Each row leads to its document.

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { dayWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords } from "../../parts/money.ts";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { usePages } from "../../parts/usePages.ts";
import { wordsOf } from "../../text/en.ts";

type OpenItem = Schema<"OpenItem">;
type Invoice = Schema<"InvoiceItem">;
type Order = Schema<"OrderItem">;

const OPEN: readonly Column<OpenItem>[] = [
  { field: "number", head: "Invoice", width: 100, pin: "left", cell: (item) => item.number },
  { field: "month", head: "Month", width: 90, cell: (item) => item.month },
  { field: "invoice_date", head: "Date", width: 90, cell: (item) => dayWords(item.invoice_date) },
  { field: "due_on", head: "Due", width: 90, sortable: true, cell: (item) => dayWords(item.due_on) },
  { field: "total", head: "Total", width: 110, align: "right", cell: (item) => amountWords(item.total) },
  { field: "applied", head: "Applied", width: 110, align: "right", cell: (item) => amountWords(item.applied) },
  { field: "open", head: "Open", width: 120, pin: "right", align: "right", cell: (item) => <strong>{amountWords(item.open)}</strong> },
];

/** The invoices that are open, the earliest due date first. */
export function OpenItems({ customerId, count }: { customerId: number; count: number }) {
  const navigate = useNavigate();
  const [sort, setSort] = useState<"due_on" | "-due_on">("due_on");
  const path = "/api/v1/receivables/customers/{customer_id}/account";
  const list = usePages<OpenItem, undefined>(["account", customerId, "items", sort], async (cursor) => {
    const query = { sort, limit: 250, ...(cursor === undefined ? {} : { cursor }) };
    const { items, next_cursor } = await data(client.GET(path, { params: { path: { customer_id: customerId }, query } }));
    return { items, next_cursor, totals: null };
  });
  const file = { name: "open items", path: path.replace("{customer_id}", String(customerId)), query: { sort }, kinds: ["csv", "xlsx"] };
  return (
    <>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Open items" columns={OPEN} rows={list.rows} count={count} more={list.more} loading={list.loading} file={file} keyOf={(item) => item.invoice_id} sort={sort} onSort={(next) => setSort(next as typeof sort)}
        empty="The customer owes nothing." onOpen={(item) => void navigate({ to: "/invoices/$id", params: { id: String(item.invoice_id) } })} />
    </>
  );
}

const ALL: readonly Column<Invoice>[] = [
  { field: "number", head: "Invoice", width: 100, pin: "left", sortable: true, cell: (invoice) => invoice.number },
  { field: "month", head: "Month", width: 90, cell: (invoice) => invoice.month },
  { field: "invoice_date", head: "Date", width: 90, sortable: true, cell: (invoice) => dayWords(invoice.invoice_date) },
  { field: "due_on", head: "Due", width: 90, sortable: true, cell: (invoice) => dayWords(invoice.due_on) },
  { field: "status", head: "Status", width: 120, cell: (invoice) => <StatusMark status={invoice.status} /> },
  { field: "total", head: "Total", width: 110, align: "right", sortable: true, cell: (invoice) => amountWords(invoice.total) },
  { field: "open", head: "Open", width: 120, pin: "right", align: "right", sortable: true, cell: (invoice) => <strong>{amountWords(invoice.open)}</strong> },
];

/** All invoices of the customer, newest first. */
export function AllInvoices({ company, number }: { company: number; number: string }) {
  const navigate = useNavigate();
  const [sort, setSort] = useState("-id");
  const list = useList("invoices", "/api/v1/receivables/invoices", { ar_company: company, customer: number, sort });
  return (
    <>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Invoices" columns={ALL} {...list.table} keyOf={(invoice) => invoice.id} sort={sort} onSort={setSort}
        empty="The customer has no invoices yet." onOpen={(invoice) => void navigate({ to: "/invoices/$id", params: { id: String(invoice.id) } })} />
    </>
  );
}

const ORDERS: readonly Column<Order>[] = [
  { field: "number", head: "Order", width: 110, pin: "left", sortable: true, cell: (order) => order.number },
  { field: "status", head: "Status", width: 120, sortable: true, cell: (order) => <StatusMark status={order.status} /> },
  { field: "case_title", head: "Case", width: 260, cell: (order) => order.case_title || order.reference },
  { field: "job_type", head: "Job type", width: 120, cell: (order) => wordsOf(order.job_type) },
  { field: "service_on", head: "Served", width: 90, sortable: true, cell: (order) => dayWords(order.service_on) },
  { field: "ar_number", head: "Invoice", width: 90, cell: (order) => order.ar_number ?? "" },
  { field: "total", head: "Total", width: 110, pin: "right", align: "right", sortable: true, cell: (order) => <strong>{order.total === null ? "" : amountWords(order.total)}</strong> },
];

/** The work orders that are billed to the customer, newest first. */
export function Orders({ number }: { number: string }) {
  const navigate = useNavigate();
  const [sort, setSort] = useState("-id");
  const list = useList("work orders", "/api/v1/rating/work-orders", { bill_to: number, sort });
  return (
    <>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Orders" columns={ORDERS} {...list.table} keyOf={(order) => order.id} sort={sort} onSort={setSort}
        empty="No work order is billed to the customer." onOpen={(order) => void navigate({ to: "/work-orders/$id", params: { id: String(order.id) } })} />
    </>
  );
}
