// One batch: what was entered against what there should be, its entries, what validation found, and what comes next.

import { Button } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { useSession } from "../../frame/session.tsx";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { dayWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page } from "../../parts/Page.tsx";
import { useKey } from "../../parts/useKey.ts";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { BatchSearch } from "../searches.ts";
import { AuditLists } from "./AuditLists.tsx";
import { BatchCommands } from "./BatchCommands.tsx";
import { BatchHead } from "./BatchHead.tsx";
import { BringBack } from "./BringBack.tsx";
import { Findings } from "./Findings.tsx";
import { nameOf, whyNotEdited, type BatchRow } from "./rules.ts";
import { useBatch } from "./useBatch.ts";

const route = getRouteApi("/batches/$id");
type Item = Schema<"EntryItem">;

const COLUMNS: readonly Column<Item>[] = [
  { field: "seq", head: "#", width: 52, pin: "left", align: "right", sortable: true, cell: (entry) => entry.seq },
  { field: "type", head: "Type", width: 100, cell: (entry) => wordsOf(entry.type) },
  { field: "customer", head: "Customer", width: 200, sortable: true, cell: (entry) => <span title={entry.customer}>{entry.customer_name}</span> },
  { field: "invoice_number", head: "Invoice", width: 90, cell: (entry) => entry.invoice_number ?? "auto" },
  { field: "invoice_date", head: "Date", width: 76, cell: (entry) => dayWords(entry.invoice_date) },
  { field: "due_on", head: "Due", width: 76, cell: (entry) => dayWords(entry.due_on) },
  { field: "lines", head: "Lines", width: 60, align: "right", cell: (entry) => entry.lines },
  {
    field: "findings", head: "Findings", width: 130,
    cell: (entry) => [entry.errors > 0 ? counted(entry.errors, "error") : "", entry.warnings > 0 ? counted(entry.warnings, "warning") : ""].filter(Boolean).join(", "),
  },
  { field: "description", head: "Description", width: 140, cell: (entry) => entry.description },
  { field: "total", head: "Total", width: 110, pin: "right", align: "right", cell: (entry) => <strong>{amountWords(entry.total)}</strong> },
];

export function Batch() {
  const { id } = route.useParams();
  const batch = useBatch(Number(id));
  if (batch.error !== null) return <Page title={`Batch ${id}`}><Fault error={batch.error} again={() => void batch.refetch()} /></Page>;
  if (batch.data === undefined) return <Page title={`Batch ${id}`}>{null}</Page>;
  return <Shown batch={batch.data} />;
}

function Shown({ batch }: { batch: BatchRow }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { whyNot } = useSession();
  const set = (changes: Changes<BatchSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as BatchSearch });
  const list = useList("entries", "/api/v1/receivables/batches/{batch_id}/entries", search, { batch_id: batch.id });
  const open = (seq: number | "new") => void navigate({ to: "/batches/$id/entries/$seq", params: { id: String(batch.id), seq: String(seq) } });
  const closed = whyNot("receivables.batches", "edit") ?? whyNotEdited(batch);
  const add = () => {
    if (closed === undefined) open("new");
  };
  useKey("N", add);
  return (
    <Page title={`Batch ${nameOf(batch)}`} command={<BatchCommands batch={batch} />}
      filters={
        <>
          <Button variant="default" onClick={add} aria-disabled={closed !== undefined} title={closed ?? "New entry (N)"} aria-keyshortcuts="N"
            {...(closed === undefined ? {} : { "data-disabled": true })}>
            New entry
          </Button>
          <Chips label="Entries with" chips={[{ value: "error", words: "Errors", count: batch.errors }, { value: "warning", words: "Warnings", count: batch.warnings }]}
            on={search.severity === undefined ? [] : [search.severity]} change={(on) => set({ severity: on.at(-1) })} />
          <BringBack batch={batch} whyNot={closed ?? whyNot("receivables.invoices", "view")} done={(entry) => open(entry.seq)} />
          <AuditLists batch={batch} />
        </>
      }>
      <BatchHead batch={batch} />
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <DataTable label="Entries" columns={COLUMNS} {...list.table} keyOf={(entry) => entry.seq}
        sort={search.sort ?? "seq"} onSort={(sort) => set({ sort })}
        empty={search.severity === undefined ? "This batch has no entries yet. Press N to enter the first one." : "No entry has such a finding."}
        onOpen={(entry) => open(entry.seq)} />
      {batch.errors + batch.warnings > 0 && <Findings batch={batch} />}
    </Page>
  );
}
