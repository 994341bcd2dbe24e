// The work orders, by status; those that cannot be rated are found by the reason.

import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { dayWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords, dollarWords, sumOf } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { OrdersSearch } from "../searches.ts";
import { Bulk } from "./Bulk.tsx";

const STATUSES = ["open", "rated", "assigned", "exporting", "exported", "closed", "void"];
const route = getRouteApi("/work-orders");
const NONE: ReadonlySet<number> = new Set();
type Order = Schema<"OrderItem">;

const COLUMNS: readonly Column<Order>[] = [
  { field: "number", head: "Order", width: 110, pin: "left", sortable: true, cell: (order) => order.number },
  { field: "status", head: "Status", width: 120, sortable: true, cell: (order) => <StatusMark status={order.status} /> },
  { field: "bill_to", head: "Bill-to", width: 230, sortable: true, cell: (order) => <span title={order.bill_to}>{order.bill_to_name ?? order.bill_to}</span> },
  { field: "case_title", head: "Case", width: 260, cell: (order) => order.case_title || order.reference },
  { field: "job_type", head: "Job type", width: 120, cell: (order) => wordsOf(order.job_type) },
  { field: "priority", head: "Priority", width: 100, cell: (order) => wordsOf(order.priority) },
  { field: "service_on", head: "Served", width: 100, sortable: true, cell: (order) => dayWords(order.service_on) },
  { field: "due_on", head: "Due", width: 100, cell: (order) => dayWords(order.due_on) },
  { field: "pod_received", head: "Proof", width: 70, cell: (order) => (order.pod_received ? "yes" : "no") },
  { field: "ar_number", head: "Invoice", width: 100, cell: (order) => order.ar_number ?? "" },
  { field: "total", head: "Total", width: 110, pin: "right", align: "right", sortable: true, cell: (order) => <strong>{order.total === null ? "" : amountWords(order.total)}</strong> },
];

export function WorkOrders() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [chosen, setChosen] = useState(NONE);
  const set = (changes: Changes<OrdersSearch>) => {
    setChosen(NONE);
    void navigate({ search: (before) => ({ ...before, ...changes }) as OrdersSearch });
  };
  const list = useList("work-orders", "/api/v1/rating/work-orders", search);
  const rows = list.rows.filter((order) => chosen.has(order.id));
  return (
    <Page title="Work orders" command={<Bulk chosen={rows} clear={() => setChosen(NONE)} />}
      filters={
        <>
          <SearchField label="Order, case, matter, person served" value={search.search} change={(value) => set({ search: value })} />
          <Chips label="Status" chips={STATUSES.map((status) => ({ value: status, words: wordsOf(status) }))} on={search.status ?? []}
            change={(on) => set({ status: on.length > 0 ? on : undefined })} />
          {search.reason !== undefined && (
            <Chips label="Why they are not rated" chips={[{ value: search.reason, words: wordsOf(search.reason) }]} on={[search.reason]}
              change={() => set({ reason: undefined })} />
          )}
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && (
        <Totals>
          <span><strong>{counted(list.totals.count, "order")}</strong>, {dollarWords(list.totals.total)}</span>
          {rows.length > 0 && <span><strong>{counted(rows.length, "order")} chosen</strong>, {dollarWords(sumOf(rows.map((order) => order.total ?? "0.00")))}</span>}
        </Totals>
      )}
      <DataTable label="Work orders" columns={COLUMNS} {...list.table} keyOf={(order) => order.id}
        sort={search.sort ?? "id"} onSort={(sort) => set({ sort })} chosen={{ keys: chosen, change: setChosen }} empty="No work order matches these filters."
        onOpen={(order) => void navigate({ to: "/work-orders/$id", params: { id: String(order.id) } })} />
    </Page>
  );
}
