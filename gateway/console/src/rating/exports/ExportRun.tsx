// One export run, seen moving: what was asked for is what was exported, refused, and is on the way, at every moment. What was
// refused comes first, with the way out.

import { getRouteApi, Link } from "@tanstack/react-router";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { follow } from "../../api/stream.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { JobProgress } from "../../parts/JobProgress.tsx";
import { amountWords, dollarWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { ExportRunSearch } from "../searches.ts";
import { ExportAgain, Withdraw } from "./commands.tsx";

const PATH = "/api/v1/rating/exports/{run_id}/invoices";
const route = getRouteApi("/exports/$id");
type Run = Schema<"ExportRun">;
type Invoice = Schema<"RunInvoice">;

const COLUMNS: readonly Column<Invoice>[] = [
  { field: "ar_number", head: "Invoice", width: 110, pin: "left", cell: (row) => (row.ar_invoice_id === null ? "" : <Link to="/invoices/$id" params={{ id: String(row.ar_invoice_id) }}>{row.ar_number}</Link>) },
  { field: "bill_to", head: "Bill-to", width: 230, sortable: true, cell: (row) => <span title={row.bill_to}>{row.bill_to_name ?? row.bill_to}</span> },
  { field: "kind", head: "Kind", width: 100, cell: (row) => wordsOf(row.kind) },
  { field: "orders", head: "Orders", width: 80, align: "right", cell: (row) => row.orders },
  { field: "outcome", head: "Outcome", width: 120, sortable: true, cell: (row) => <StatusMark status={row.outcome} /> },
  { field: "detail", head: "Why", width: 420, cell: (row) => <span title={row.detail}>{row.reason === "" ? "" : `${wordsOf(row.reason)}: ${row.detail}`}</span> },
  { field: "total", head: "Total", width: 110, pin: "right", align: "right", sortable: true, cell: (row) => <strong>{amountWords(row.total)}</strong> },
];

export function ExportRun() {
  const { id } = route.useParams();
  const runId = Number(id);
  const queries = useQueryClient();
  const run = useQuery({
    queryKey: ["export", runId],
    queryFn: () => data(client.GET("/api/v1/rating/exports/{run_id}", { params: { path: { run_id: runId } } })),
  });
  const finished = run.data === undefined || run.data.finished_at !== null;

  useEffect(() => {
    if (finished) return;
    return follow<Run>(`/api/v1/rating/exports/${runId}/events`, ["progress", "done"], (state) => {
      queries.setQueryData(["export", runId], state);
      if (state.finished_at !== null) for (const name of ["export-invoices", "ready", "waiting", "work-orders", "work-order"]) void queries.invalidateQueries({ queryKey: [name] });
      return state.finished_at !== null;
    });
  }, [runId, finished, queries]);

  if (run.error !== null) return <Page title={`Export ${id}`}><Fault error={run.error} again={() => void run.refetch()} /></Page>;
  if (run.data === undefined) return <Page title={`Export ${id}`}>{null}</Page>;
  return <Shown run={run.data} />;
}

function Shown({ run }: { run: Run }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  // A run with refusals opens with them.
  const outcome = search.outcome ?? (run.refused > 0 ? "refused" : "all");
  const sort = search.sort ?? "invoice_id";
  const set = (changes: { [Name in keyof ExportRunSearch]?: ExportRunSearch[Name] | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...changes }) as ExportRunSearch, replace: true });
  const filters = { ...(outcome === "all" ? {} : { outcome }), ...(search.search === undefined ? {} : { search: search.search }), sort };
  const list = useList("export-invoices", PATH, filters, { run_id: run.id });
  return (
    <Page title={`Export ${run.id}`} command={<><Withdraw run={run} /><ExportAgain run={run} /></>}
      filters={
        <>
          <SearchField label="Invoice, bill-to" value={search.search} change={(value) => set({ search: value })} />
          <Chips label="Outcome" on={[outcome]} change={(on) => set({ outcome: on.at(-1) ?? "all" })}
            chips={[
              { value: "refused", words: "Refused", count: run.refused }, { value: "exported", words: "Exported", count: run.exported },
              { value: "waiting", words: "On the way", count: run.in_flight }, { value: "all", words: "All", count: run.invoices },
            ]} />
        </>
      }>
      <Totals>
        <StatusMark status={run.status} />
        <span>invoices of {run.invoice_date}, month {run.month}, by {run.requested_by} {momentWords(run.requested_at)}</span>
        <span><strong>{counted(run.orders, "order")}</strong>, {dollarWords(run.total)}</span>
        {run.finished_at !== null && <span>finished {momentWords(run.finished_at)}: exported {dollarWords(run.exported_total)}, refused {dollarWords(run.refused_total)}</span>}
      </Totals>
      <JobProgress label="Invoices" whole={run.invoices}
        parts={[
          { words: "exported", count: run.exported, kind: "good" }, { words: "refused", count: run.refused, kind: "bad" },
          { words: "on the way", count: run.in_flight, kind: "progress" },
        ]} />
      {run.in_batch > 0 && <p role="note">{counted(run.in_batch, "invoice")} {run.in_batch === 1 ? "waits" : "wait"} in a batch of Accounts Receivable until it is posted.</p>}
      {run.left_out > 0 && <p>{counted(run.left_out, "order")} {run.left_out === 1 ? "was" : "were"} left out because they cannot be exported now.</p>}
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Invoices of the export" columns={COLUMNS} {...list.table} keyOf={(row) => row.invoice_id}
        sort={sort} onSort={(next) => set({ sort: next })} empty="No invoice has this outcome." />
    </Page>
  );
}
