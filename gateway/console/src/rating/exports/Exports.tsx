// The export runs, newest first.

import { getRouteApi } from "@tanstack/react-router";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import type { ExportsSearch } from "../searches.ts";

const route = getRouteApi("/exports");
type Run = Schema<"ExportRun">;

const COLUMNS: readonly Column<Run>[] = [
  { field: "id", head: "Run", width: 80, sortable: true, cell: (run) => run.id },
  { field: "status", head: "Status", width: 180, cell: (run) => <StatusMark status={run.status} /> },
  { field: "requested_by", head: "By", width: 160, cell: (run) => run.requested_by },
  { field: "requested_at", head: "At", width: 120, cell: (run) => momentWords(run.requested_at) },
  { field: "month", head: "Month", width: 90, sortable: true, cell: (run) => run.month },
  { field: "orders", head: "Orders", width: 90, align: "right", cell: (run) => run.orders.toLocaleString("en-US") },
  { field: "exported", head: "Exported", width: 90, align: "right", cell: (run) => run.exported.toLocaleString("en-US") },
  { field: "refused", head: "Refused", width: 90, align: "right", cell: (run) => run.refused.toLocaleString("en-US") },
  { field: "total", head: "Total", width: 130, pin: "right", align: "right", sortable: true, cell: (run) => <strong>{amountWords(run.total)}</strong> },
];

export function Exports() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useList("exports", "/api/v1/rating/exports", search);
  const set = (changes: Changes<ExportsSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as ExportsSearch });
  return (
    <Page title="Export runs"
      filters={
        <Chips label="Which runs" on={[...(search.requested_by === "me" ? ["mine"] : []), ...(search.finished === false ? ["open"] : [])]}
          chips={[{ value: "mine", words: "Mine" }, { value: "open", words: "Not finished" }]}
          change={(on) => set({ requested_by: on.includes("mine") ? "me" : undefined, finished: on.includes("open") ? false : undefined })} />
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Export runs" columns={COLUMNS} {...list.table} keyOf={(run) => run.id}
        sort={search.sort ?? "-id"} onSort={(sort) => set({ sort })} empty="No export yet. Begin with Ready to Export."
        onOpen={(run) => void navigate({ to: "/exports/$id", params: { id: String(run.id) } })} />
    </Page>
  );
}
