// The rate tables: billing profiles by their keys, and their lines beside them, so that prices can be compared.

import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { useList } from "../../parts/useList.ts";
import { counted } from "../../text/en.ts";
import { KEY_KINDS, useNames, type Names } from "../codes.ts";
import type { RateTablesSearch } from "../searches.ts";
import { itemsOf, priceWords } from "./rules.ts";

const route = getRouteApi("/rate-tables");
type Profile = Schema<"ShownProfile">;

function columnsOf(profiles: readonly Profile[], names: Names): Column<Profile>[] {
  const named = (field: keyof Schema<"Key">) => KEY_KINDS.find((one) => one.field === field)?.kind ?? "branches";
  const part = (field: keyof Schema<"Key">, profile: Profile) => (profile[field] === "ANY" ? "any" : names.nameOf(named(field), profile[field]));
  return [
    { field: "job_type", head: "Job type", width: 130, pin: "left", cell: (profile) => <Link to="/rate-tables/$id" params={{ id: String(profile.id) }}>{part("job_type", profile)}</Link> },
    { field: "branch", head: "Branch", width: 110, sortable: true, cell: (profile) => part("branch", profile) },
    { field: "customer_type", head: "Customer type", width: 130, cell: (profile) => part("customer_type", profile) },
    { field: "priority", head: "Priority", width: 90, cell: (profile) => part("priority", profile) },
    { field: "region", head: "Region", width: 180, cell: (profile) => <span title={part("region", profile)}>{part("region", profile)}</span> },
    { field: "effective_from", head: "From", width: 100, sortable: true, cell: (profile) => profile.effective_from },
    { field: "effective_to", head: "Until", width: 100, cell: (profile) => profile.effective_to ?? "" },
    ...itemsOf(profiles).map((item): Column<Profile> => ({
      field: `item ${item}`, head: item, width: Math.max(110, 8 * item.length + 16), align: "right", cell: (profile) => pricesOf(profile, item),
    })),
  ];
}

/** The prices of an item: plain if it is always charged; one that needs a trigger says so. */
function pricesOf(profile: Profile, item: string) {
  const lines = profile.lines.filter((line) => line.billing_item === item);
  if (lines.length === 0) return "";
  const words = lines.map((line) => `${priceWords(line)}${line.mode === "default" ? "" : line.mode === "triggered" ? ` with ${line.bill_type ?? ""}` : " on request"}`).join(", ");
  return <span title={words}>{lines.map(priceWords).join(", ")}{lines.every((line) => line.mode === "default") ? "" : " *"}</span>;
}

export function RateTables() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const names = useNames();
  const set = (changes: Changes<RateTablesSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as RateTablesSearch });
  const list = useList("rate-tables", "/api/v1/rating/billing-profiles", search);
  const columns = useMemo(() => columnsOf(list.rows, names), [list.rows, names]);
  const chips = (field: "branch" | "customer_type" | "priority", kind: "branches" | "customer_types" | "priorities", label: string) => (
    <Chips label={label} on={search[field] === undefined ? [] : [search[field]]} change={(on) => set({ [field]: on.at(-1) })}
      chips={names.choices(kind).map((one) => ({ value: one.code, words: one.name }))} />
  );
  return (
    <Page title="Rate tables" command={<Link to="/coverage">Coverage: what is missing</Link>}
      filters={
        <>
          <SearchField label="Job type, region, item" value={search.search} change={(value) => set({ search: value })} />
          {chips("branch", "branches", "Branch")}
          {chips("customer_type", "customer_types", "Customer type")}
          {chips("priority", "priorities", "Priority")}
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && <Totals><span><strong>{counted(list.totals.count, "profile")}</strong></span><span>* only with a trigger or on request</span></Totals>}
      <DataTable label="Rate tables" columns={columns} {...list.table} keyOf={(profile) => profile.id}
        sort={search.sort ?? "id"} onSort={(sort) => set({ sort })} empty="No profile matches these filters."
        onOpen={(profile) => void navigate({ to: "/rate-tables/$id", params: { id: String(profile.id) } })} />
    </Page>
  );
}
