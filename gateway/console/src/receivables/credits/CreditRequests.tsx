// Credits that somebody else has to approve, and what became of them.

import { getRouteApi } from "@tanstack/react-router";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { dayWords, momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords, dollarWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { CreditRequestsSearch } from "../searches.ts";

const STATUSES = ["awaiting_approval", "approved", "rejected", "withdrawn"] as const;
const route = getRouteApi("/credit-requests");
type Request = Schema<"CreditRequestRow">;

const COLUMNS: readonly Column<Request>[] = [
  { field: "invoice_number", head: "Invoice", width: 90, pin: "left", cell: (request) => request.invoice_number },
  { field: "customer", head: "Customer", width: 200, cell: (request) => <span title={request.customer}>{request.customer_name}</span> },
  { field: "status", head: "Status", width: 150, cell: (request) => <StatusMark status={request.status} /> },
  { field: "reason", head: "Why", width: 240, cell: (request) => request.reason },
  { field: "disposition", head: "Order", width: 90, cell: (request) => (request.disposition === null ? "" : wordsOf(request.disposition)) },
  { field: "credit_on", head: "Credit date", width: 100, cell: (request) => dayWords(request.credit_on) },
  { field: "requested_by", head: "Requested by", width: 140, cell: (request) => request.requested_by },
  { field: "requested_at", head: "Requested", width: 110, cell: (request) => momentWords(request.requested_at) },
  { field: "decided_by", head: "Decided by", width: 140, cell: (request) => request.decided_by ?? "" },
  { field: "amount", head: "Amount", width: 110, pin: "right", align: "right", sortable: true, cell: (request) => <strong>{amountWords(request.amount)}</strong> },
];

export function CreditRequests() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (changes: Changes<CreditRequestsSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as CreditRequestsSearch });
  const list = useList("credit-requests", "/api/v1/receivables/credit-requests", search);
  return (
    <Page title="Credits to approve"
      filters={
        <>
          <Chips label="Status" chips={STATUSES.map((status) => ({ value: status, words: wordsOf(status) }))} on={search.status === undefined ? [] : [search.status]}
            change={(on) => set({ status: on.at(-1) })} />
          <Chips label="Whose" chips={[{ value: "false", words: "Those of others" }, { value: "true", words: "My own" }]} on={search.mine === undefined ? [] : [String(search.mine)]}
            change={(on) => { const last = on.at(-1); set({ mine: last === undefined ? undefined : last === "true" }); }} />
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && <Totals><span><strong>{counted(list.totals.count, "credit")}</strong></span></Totals>}
      <DataTable label="Credits to approve" columns={COLUMNS} {...list.table} keyOf={(request) => request.id} sort={search.sort ?? "-id"} onSort={(sort) => set({ sort })}
        empty="No credit waits here. One that is over the limit of its company comes here when it is requested."
        onOpen={(request) => void navigate({ to: "/credit-requests/$id", params: { id: String(request.id) } })} />
    </Page>
  );
}

/** What a request asks for, in one line. */
export function requestWords(request: Pick<Request, "amount" | "invoice_number" | "customer_name">): string {
  return `${dollarWords(request.amount)} of invoice ${request.invoice_number}, ${request.customer_name}`;
}
