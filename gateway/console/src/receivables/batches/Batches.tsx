// The batches, newest first, with what was entered against what there should be.

import { getRouteApi } from "@tanstack/react-router";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { BatchesSearch } from "../searches.ts";
import { NewBatch } from "./NewBatch.tsx";
import { nameOf, toGo, type BatchRow } from "./rules.ts";

const STATUSES = ["open", "errors", "warnings", "valid", "awaiting_approval", "posted", "cancelled"];
const SOURCES = ["ar_invoice", "rating", "write_off", "receipts"];
const route = getRouteApi("/batches");

const COLUMNS: readonly Column<BatchRow>[] = [
  { field: "id", head: "Batch", width: 130, pin: "left", sortable: true, cell: nameOf },
  { field: "status", head: "Status", width: 140, cell: (batch) => <StatusMark status={batch.status} /> },
  { field: "ar_company", head: "Company", width: 80, align: "right", cell: (batch) => batch.ar_company },
  { field: "source", head: "From", width: 110, cell: (batch) => wordsOf(batch.source) },
  { field: "description", head: "Description", width: 220, cell: (batch) => batch.description },
  { field: "created_by", head: "By", width: 130, cell: (batch) => batch.created_by },
  { field: "created_at", head: "At", width: 110, cell: (batch) => momentWords(batch.created_at) },
  {
    field: "findings", head: "Findings", width: 150,
    cell: (batch) => [batch.errors > 0 ? counted(batch.errors, "error") : "", batch.warnings > 0 ? counted(batch.warnings, "warning") : ""].filter(Boolean).join(", "),
  },
  { field: "entries", head: "Entries", width: 80, align: "right", cell: (batch) => batch.entries.toLocaleString("en-US") },
  { field: "control", head: "To go", width: 110, align: "right", cell: (batch) => (batch.control_total === null ? "" : amountWords(toGo(batch))) },
  { field: "entered", head: "Entered", width: 120, pin: "right", align: "right", cell: (batch) => <strong>{amountWords(batch.entered)}</strong> },
];

export function Batches() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (changes: Changes<BatchesSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as BatchesSearch });
  const { ar_company: company, ...filters } = search;
  const list = useList("batches", "/api/v1/receivables/batches", { ...filters, ...(company === undefined ? {} : { ar_company: Number(company) }) });
  return (
    <Page title="Batches" command={<NewBatch done={(batch) => void navigate({ to: "/batches/$id", params: { id: String(batch.id) } })} />}
      filters={
        <>
          <Chips label="Status" chips={STATUSES.map((status) => ({ value: status, words: wordsOf(status) }))} on={search.status ?? []}
            change={(on) => set({ status: on.length > 0 ? on : undefined })} />
          <Chips label="From" chips={SOURCES.map((source) => ({ value: source, words: wordsOf(source) }))} on={search.source === undefined ? [] : [search.source]}
            change={(on) => set({ source: on.at(-1) })} />
          <Chips label="Whose" chips={[{ value: "mine", words: "Mine" }]} on={search.mine === true ? ["mine"] : []}
            change={(on) => set({ mine: on.length > 0 ? true : undefined })} />
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && <Totals><strong>{counted(list.totals.count, "batch", "batches")}</strong></Totals>}
      <DataTable label="Batches" columns={COLUMNS} {...list.table} keyOf={(batch) => batch.id}
        sort={search.sort ?? "-id"} onSort={(sort) => set({ sort })}
        empty="No batch matches these filters. Start one with New batch."
        onOpen={(batch) => void navigate({ to: "/batches/$id", params: { id: String(batch.id) } })} />
    </Page>
  );
}
