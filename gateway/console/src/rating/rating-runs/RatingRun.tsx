// One rating run, seen moving, with what became of each order. What could not be rated is put together by its cause, and each
// cause has one fix that rates all of its orders again.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { follow } from "../../api/stream.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { JobProgress } from "../../parts/JobProgress.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import { Causes } from "../gaps/Causes.tsx";
import type { OutcomeSearch } from "../searches.ts";
import { startRun } from "./RateReady.tsx";
import { failuresOf, partsOf } from "./rules.ts";

const PATH = "/api/v1/rating/rating-runs/{run_id}/results";
const route = getRouteApi("/rating-runs/$id");
type Run = Schema<"RatingRun">;
type Result = Schema<"ListedResult">;

const COLUMNS: readonly Column<Result>[] = [
  { field: "number", head: "Order", width: 110, pin: "left", sortable: true, cell: (row) => row.number },
  { field: "outcome", head: "Outcome", width: 220, sortable: true, cell: (row) => wordsOf(row.outcome) },
  { field: "detail", head: "Why", width: 560, cell: (row) => <span title={row.detail}>{row.detail}</span> },
  { field: "total", head: "Total", width: 110, pin: "right", align: "right", cell: (row) => <strong>{row.total === null ? "" : amountWords(row.total)}</strong> },
];

export function RatingRun() {
  const { id } = route.useParams();
  const runId = Number(id);
  const queries = useQueryClient();
  const run = useQuery({
    queryKey: ["rating-run", runId],
    queryFn: () => data(client.GET("/api/v1/rating/rating-runs/{run_id}", { params: { path: { run_id: runId } } })),
  });
  const finished = run.data === undefined || run.data.status === "done";

  useEffect(() => {
    if (finished) return;
    return follow<Run>(`/api/v1/rating/rating-runs/${runId}/events`, ["progress", "done"], (state) => {
      queries.setQueryData(["rating-run", runId], state);
      if (state.status === "done") for (const name of ["rating-run", "rating-results", "coverage", "work-orders", "waiting"]) void queries.invalidateQueries({ queryKey: [name] });
      return state.status === "done";
    });
  }, [runId, finished, queries]);

  if (run.error !== null) return <Page title={`Rating run ${id}`}><Fault error={run.error} again={() => void run.refetch()} /></Page>;
  if (run.data === undefined) return <Page title={`Rating run ${id}`}>{null}</Page>;
  return <Shown run={run.data} />;
}

function Shown({ run }: { run: Run }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (changes: OutcomeSearch) => void navigate({ search: (before) => ({ ...before, ...changes }) as OutcomeSearch, replace: true });
  const failures = failuresOf(run);
  const list = useList("rating-results", PATH, search, { run_id: run.id });
  return (
    <Page title={`Rating run ${run.id}`}
      filters={
        <Chips label="Outcome" on={search.outcome === undefined ? [] : [search.outcome]} change={(on) => void navigate({ search: on.length > 0 ? { ...search, outcome: on.at(-1) as string } : {}, replace: true })}
          chips={run.outcomes.filter((one) => one.orders > 0).map((one) => ({ value: one.outcome, words: wordsOf(one.outcome), count: one.orders }))} />
      }>
      <Totals>
        <StatusMark status={run.status} />
        <span>by {run.requested_by}, {momentWords(run.requested_at)}</span>
        <span><strong>{counted(run.orders, "order")}</strong></span>
      </Totals>
      <JobProgress label="Orders" whole={run.orders} parts={partsOf(run)} />
      {run.status === "done" && failures.length > 0 && <StillFailing run={run} />}
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Results of the run" columns={COLUMNS} {...list.table} keyOf={(row) => row.work_order_id}
        sort={search.sort ?? "number"} onSort={(sort) => set({ sort })} empty="No order has this outcome."
        onOpen={(row) => void navigate({ to: "/work-orders/$id", params: { id: String(row.work_order_id) } })} />
    </Page>
  );
}

/** The orders of a run that it could not rate, by their outcomes. */
async function failedOrders(run: Run): Promise<number[]> {
  const found: number[] = [];
  for (const { outcome } of failuresOf(run)) {
    let cursor: string | undefined;
    do {
      const query = { outcome, limit: 500, totals: false, ...(cursor === undefined ? {} : { cursor }) };
      const page = await data(client.GET(PATH, { params: { path: { run_id: run.id }, query } }));
      found.push(...page.items.map((row) => row.work_order_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }
  return found;
}

function StillFailing({ run }: { run: Run }) {
  const navigate = route.useNavigate();
  const coverage = useQuery({
    queryKey: ["coverage", run.id],
    queryFn: () => data(client.GET("/api/v1/rating/coverage", { params: { query: { run_id: run.id } } })),
  });
  if (coverage.error !== null) return <Fault error={coverage.error} again={() => void coverage.refetch()} />;
  if (coverage.data === undefined) return null;
  if (coverage.data.gaps.length === 0) return <p role="note">No rates are missing for the orders of this run any more.</p>;
  return (
    <Causes gaps={coverage.data.gaps}
      again={{
        words: ` and rate ${counted(failuresOf(run).reduce((sum, one) => sum + one.orders, 0), "order")} again`,
        run: async (key) => startRun({ work_order_ids: await failedOrders(run) }, key),
        done: (next) => void navigate({ to: "/rating-runs/$id", params: { id: String(next.id) }, search: {} }),
      }} />
  );
}
