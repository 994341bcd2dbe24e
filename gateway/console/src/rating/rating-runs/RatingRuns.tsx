// The rating runs, newest first.

import { getRouteApi } from "@tanstack/react-router";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Page } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import type { RunsSearch } from "../searches.ts";
import { RateReady } from "./RateReady.tsx";

const route = getRouteApi("/rating-runs");
type Run = Schema<"RatingRun">;

const COLUMNS: readonly Column<Run>[] = [
  { field: "id", head: "Run", width: 80, pin: "left", sortable: true, cell: (run) => run.id },
  { field: "status", head: "Status", width: 120, cell: (run) => <StatusMark status={run.status} /> },
  { field: "requested_by", head: "By", width: 160, cell: (run) => run.requested_by },
  { field: "requested_at", head: "At", width: 120, cell: (run) => momentWords(run.requested_at) },
  { field: "finished_at", head: "Finished", width: 120, cell: (run) => momentWords(run.finished_at) },
  { field: "orders", head: "Orders", width: 90, align: "right", cell: (run) => run.orders.toLocaleString("en-US") },
  { field: "rated", head: "Rated", width: 90, align: "right", cell: (run) => run.rated.toLocaleString("en-US") },
  { field: "failed", head: "Not rated", width: 100, pin: "right", align: "right", cell: (run) => <strong>{run.failed.toLocaleString("en-US")}</strong> },
];

export function RatingRuns() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (changes: Changes<RunsSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as RunsSearch });
  const list = useList("rating-runs", "/api/v1/rating/rating-runs", search);
  return (
    <Page title="Rating runs" command={<RateReady />}
      filters={
        <Chips label="Which runs" on={[...(search.requested_by === "me" ? ["mine"] : []), ...(search.finished === false ? ["open"] : [])]}
          chips={[{ value: "mine", words: "Mine" }, { value: "open", words: "Not finished" }]}
          change={(on) => set({ requested_by: on.includes("mine") ? "me" : undefined, finished: on.includes("open") ? false : undefined })} />
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Rating runs" columns={COLUMNS} {...list.table} keyOf={(run) => run.id}
        sort={search.sort ?? "-id"} onSort={(sort) => set({ sort })} empty="No rating run yet. Rate what is ready, or choose orders in Work orders."
        onOpen={(run) => void navigate({ to: "/rating-runs/$id", params: { id: String(run.id) } })} />
    </Page>
  );
}
