// One export run, seen moving: what was asked for is what was exported, refused, and is on the way, at every moment.

import { getRouteApi, Link } from "@tanstack/react-router";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { follow } from "../../api/stream.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { JobProgress } from "../../parts/JobProgress.tsx";
import { amountWords, dollarWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";

const route = getRouteApi("/exports/$id");
type Run = Schema<"ExportRun">;
type Invoice = Schema<"RunInvoice">;

const COLUMNS: readonly Column<Invoice>[] = [
  { field: "ar_number", head: "Invoice", width: 110, cell: (row) => row.ar_number ?? "" },
  { field: "bill_to", head: "Bill-to", width: 230, sortable: true, cell: (row) => <span title={row.bill_to}>{row.bill_to_name ?? row.bill_to}</span> },
  { field: "orders", head: "Orders", width: 80, align: "right", cell: (row) => row.orders },
  { field: "total", head: "Total", width: 110, align: "right", sortable: true, cell: (row) => <strong>{amountWords(row.total)}</strong> },
  { field: "outcome", head: "Outcome", width: 120, sortable: true, cell: (row) => <StatusMark status={row.outcome} /> },
  { field: "detail", head: "Why", width: 420, cell: (row) => <span title={row.detail}>{row.reason === "" ? "" : `${wordsOf(row.reason)}: ${row.detail}`}</span> },
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
      if (state.finished_at !== null) void queries.invalidateQueries({ queryKey: ["export-invoices", { run_id: runId }] });
      return state.finished_at !== null;
    });
  }, [runId, finished, queries]);

  if (run.error !== null) return <Page title={`Export ${id}`}><Fault error={run.error} again={() => void run.refetch()} /></Page>;
  if (run.data === undefined) return <Page title={`Export ${id}`}>{null}</Page>;
  return <Shown run={run.data} />;
}

function Shown({ run }: { run: Run }) {
  const [outcome, setOutcome] = useState<string[]>(run.refused > 0 ? ["refused"] : []);
  const [sort, setSort] = useState("invoice_id");
  const filters = { ...(outcome[0] === undefined ? {} : { outcome: outcome[0] }), sort };
  const list = useList("export-invoices", "/api/v1/rating/exports/{run_id}/invoices", filters, { run_id: run.id });
  return (
    <Page title={`Export ${run.id}`} command={<Link to="/ready">Ready to Export</Link>}
      filters={
        <Chips label="Outcome" on={outcome} change={(on) => setOutcome(on.slice(-1))}
          chips={[
            { value: "refused", words: "Refused", count: run.refused }, { value: "exported", words: "Exported", count: run.exported },
            { value: "waiting", words: "On the way", count: run.in_flight },
          ]} />
      }>
      <Totals>
        <StatusMark status={run.status} />
        <span>invoices of {run.invoice_date}, month {run.month}, by {run.requested_by}</span>
        <span><strong>{counted(run.orders, "order")}</strong>, {dollarWords(run.total)}</span>
      </Totals>
      <JobProgress label="Invoices" whole={run.invoices}
        parts={[
          { words: "exported", count: run.exported, kind: "good" }, { words: "refused", count: run.refused, kind: "bad" },
          { words: "on the way", count: run.in_flight, kind: "progress" },
        ]} />
      {run.left_out > 0 && <p>{counted(run.left_out, "order")} {run.left_out === 1 ? "was" : "were"} left out because they cannot be exported now.</p>}
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Invoices of the export" columns={COLUMNS} {...list.table} keyOf={(row) => row.invoice_id}
        sort={sort} onSort={setSort} empty="No invoice has this outcome." />
    </Page>
  );
}
