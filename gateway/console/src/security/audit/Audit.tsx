// Who did what, in each service, and how far the chain that seals it was checked.

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { useSession } from "../../frame/session.tsx";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { DateField } from "../../parts/DateField.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Facts } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { SidePeek } from "../../parts/SidePeek.tsx";
import { useList } from "../../parts/useList.ts";
import { counted } from "../../text/en.ts";
import type { AuditSearch } from "../searches.ts";

const route = getRouteApi("/security/audit");
type Entry = Schema<"AuditEntryRead">;
type Service = "security" | "rating" | "receivables";
const SERVICES: readonly { value: Service; words: string }[] = [{ value: "security", words: "Security" }, { value: "rating", words: "Rating" }, { value: "receivables", words: "Receivables" }];

const COLUMNS: readonly Column<Entry>[] = [
  { field: "id", head: "No.", width: 80, pin: "left", sortable: true, align: "right", cell: (entry) => entry.id },
  { field: "at", head: "At", width: 110, cell: (entry) => momentWords(entry.at) },
  { field: "name", head: "Who", width: 150, sortable: true, cell: (entry) => entry.name },
  { field: "operation", head: "What", width: 330, cell: (entry) => entry.operation },
  { field: "path", head: "On", width: 260, cell: (entry) => entry.path },
  { field: "level", head: "Level", width: 90, cell: (entry) => entry.level },
  { field: "status", head: "Answer", width: 80, align: "right", cell: (entry) => entry.status },
];

/** The filters of the API: days become moments of the browser's clock. */
function filtersOf({ name, operation, path, request_id: request, from, to, sort }: AuditSearch) {
  const moment = (day: string, later: number) => new Date(new Date(`${day}T00:00:00`).getTime() + later).toISOString();
  return {
    ...(name === undefined ? {} : { name }), ...(operation === undefined ? {} : { operation }), ...(path === undefined ? {} : { path }),
    ...(request === undefined ? {} : { request_id: request }), ...(from === undefined ? {} : { begin: moment(from, 0) }),
    ...(to === undefined ? {} : { end: moment(to, 86_400_000) }), ...(sort === undefined ? {} : { sort }),
  };
}

export function Audit() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { whyNot } = useSession();
  const [open, setOpen] = useState<Entry | undefined>(undefined);
  const service = SERVICES.find(({ value }) => value === search.of)?.value ?? "security";
  const set = (changes: Changes<AuditSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as AuditSearch });
  const list = useList(`${service}-audit`, `/api/v1/${service}/audit`, filtersOf(search));
  const chain = useQuery({ queryKey: ["audit-chain", service], queryFn: () => data(client.GET(`/api/v1/${service}/audit/chain`)), refetchInterval: 30_000 });
  const seen = SERVICES.filter(({ value }) => whyNot(`${value}.audit`, "view") === undefined);
  return (
    <Page title="Audit"
      filters={
        <>
          <Chips label="Service" chips={seen} on={[service]} change={(on) => set({ of: on.find((one) => one !== service) })} />
          <SearchField label="Who, like ALAMO\rita" value={search.name} change={(value) => set({ name: value })} />
          <SearchField label="Part of the path" value={search.path} change={(value) => set({ path: value })} />
          <SearchField label="Request id" value={search.request_id} change={(value) => set({ request_id: value })} />
          <DateField label="From" value={search.from ?? ""} change={(value) => set({ from: value === "" ? undefined : value })} />
          <DateField label="To" value={search.to ?? ""} change={(value) => set({ to: value === "" ? undefined : value })} />
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <Totals>
        {list.totals !== undefined && <strong>{counted(list.totals.count, "entry", "entries")}</strong>}
        {chain.data !== undefined && <span>{chainWords(chain.data)}</span>}
      </Totals>
      <DataTable label="Audit" columns={COLUMNS} {...list.table} keyOf={(entry) => entry.id} sort={search.sort ?? "-id"} onSort={(sort) => set({ sort })}
        empty="No entry matches these filters." onOpen={setOpen} />
      {open !== undefined && (
        <SidePeek title={`Entry ${open.id}`} close={() => setOpen(undefined)}>
          <Facts facts={[
            ["Who", open.name], ["At", momentWords(open.at)], ["What", open.operation], ["On", open.path], ["Needed", `${open.feature} ${open.level}`.trim()],
            ["Answer", String(open.status)], ["Request", open.request_id], ["Body", bodyWords(open.body)],
          ]} />
        </SidePeek>
      )}
    </Page>
  );
}

function chainWords({ sealed, unsealed, checked, checked_at: at }: Schema<"AuditChain">): string {
  const waiting = unsealed === 0 ? "" : `, ${unsealed.toLocaleString("en-US")} wait for their seal`;
  const known = at === null ? "never checked (ratebook audit verify does it)" : `checked up to ${checked.toLocaleString("en-US")} on ${momentWords(at)}`;
  return `chain: ${sealed.toLocaleString("en-US")} sealed${waiting}, ${known}`;
}

/** A body that is JSON, each member on a line of its own. */
function bodyWords(body: string | null): string {
  if (body === null) return "";
  try {
    return JSON.stringify(JSON.parse(body), null, 1);
  } catch {
    return body;
  }
}
