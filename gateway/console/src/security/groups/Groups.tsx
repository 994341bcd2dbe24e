// The groups: each grants features to the people in it.

import { Button, Modal, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { useList } from "../../parts/useList.ts";
import { counted } from "../../text/en.ts";
import type { GroupsSearch } from "../searches.ts";

const route = getRouteApi("/security/groups");
type Group = Schema<"Group">;

const COLUMNS: readonly Column<Group>[] = [
  { field: "name", head: "Group", width: 180, pin: "left", sortable: true, cell: (group) => group.name },
  { field: "description", head: "What its people do", width: 360, cell: (group) => group.description },
  { field: "member_count", head: "Users", width: 80, align: "right", cell: (group) => group.member_count },
  { field: "grants", head: "Features", width: 90, align: "right", cell: (group) => new Set(group.grants.map((grant) => grant.feature)).size },
  { field: "changed_by", head: "Changed by", width: 150, cell: (group) => group.changed_by ?? "" },
  { field: "changed_at", head: "Changed", width: 120, cell: (group) => momentWords(group.changed_at) },
];

export function Groups() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [making, setMaking] = useState(false);
  const { whyNot } = useSession();
  const set = (changes: Changes<GroupsSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as GroupsSearch });
  const list = useList("groups", "/api/v1/security/groups", search);
  const open = (id: number) => void navigate({ to: "/security/groups/$id", params: { id: String(id) } });
  return (
    <Page title="Groups" command={whyNot("security.groups", "admin") === undefined && <Button variant="filled" onClick={() => setMaking(true)}>New group</Button>}
      filters={<SearchField label="Name, description" value={search.search} change={(value) => set({ search: value })} />}>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && <Totals><strong>{counted(list.totals.count, "group")}</strong></Totals>}
      <DataTable label="Groups" columns={COLUMNS} {...list.table} keyOf={(group) => group.id} sort={search.sort ?? "name"} onSort={(sort) => set({ sort })}
        empty="No group matches this search." onOpen={(group) => open(group.id)} />
      {making && <NewGroup close={() => setMaking(false)} open={open} />}
    </Page>
  );
}

function NewGroup({ close, open }: { close: () => void; open: (id: number) => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  return (
    <Modal opened onClose={close} title="New group">
      <p>It has no users and grants nothing until you say so on its page.</p>
      <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      <TextInput label="What its people do" value={description} onChange={(event) => setDescription(event.currentTarget.value)} mt="sm" mb="md" />
      <Command primary words="Make the group" whyNot={name.trim() === "" ? "Give it a name first." : undefined} stale={["groups"]}
        run={(key) => data(client.POST("/api/v1/security/groups", { params: { header: { "idempotency-key": key } }, body: { name, description, grants: [] } }))}
        done={(group) => open(group.id)} />
    </Modal>
  );
}
