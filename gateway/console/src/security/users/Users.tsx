// The users, by their Windows names.

import { getRouteApi } from "@tanstack/react-router";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted } from "../../text/en.ts";
import type { UsersSearch } from "../searches.ts";

const route = getRouteApi("/security/users");
type User = Schema<"User">;

const COLUMNS: readonly Column<User>[] = [
  { field: "name", head: "User", width: 180, pin: "left", sortable: true, cell: (user) => user.name },
  { field: "display_name", head: "Name", width: 220, sortable: true, cell: (user) => user.display_name },
  { field: "active", head: "State", width: 100, cell: (user) => <StatusMark status={user.active ? "active" : "inactive"} /> },
  { field: "groups", head: "Groups", width: 240, cell: (user) => user.groups.map((group) => group.name).join(", ") },
  { field: "kind", head: "Kind", width: 120, cell: (user) => (user.kind === "service" ? "other system" : "person") },
  { field: "has_password", head: "Local password", width: 130, cell: (user) => (user.has_password ? "yes" : "no") },
  { field: "created_at", head: "Since", width: 120, sortable: true, cell: (user) => momentWords(user.created_at) },
];

export function Users() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (changes: Changes<UsersSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as UsersSearch });
  const list = useList("users", "/api/v1/security/users", search);
  return (
    <Page title="Users"
      filters={
        <>
          <SearchField label="Windows name, name" value={search.search} change={(value) => set({ search: value })} />
          <Chips label="State" on={search.active === undefined ? [] : [String(search.active)]} change={(on) => set({ active: on.length === 0 ? undefined : on.at(-1) === "true" })}
            chips={[{ value: "true", words: "Active" }, { value: "false", words: "Inactive" }]} />
          <Chips label="Kind" on={search.kind === undefined ? [] : [search.kind]} change={(on) => set({ kind: on.at(-1) })}
            chips={[{ value: "person", words: "People" }, { value: "service", words: "Other systems" }]} />
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && <Totals><strong>{counted(list.totals.count, "user")}</strong></Totals>}
      <DataTable label="Users" columns={COLUMNS} {...list.table} keyOf={(user) => user.id} sort={search.sort ?? "name"} onSort={(sort) => set({ sort })}
        empty="No user matches these filters. Users are added on the page of a group, by their Windows names."
        onOpen={(user) => void navigate({ to: "/security/users/$id", params: { id: String(user.id) } })} />
    </Page>
  );
}
