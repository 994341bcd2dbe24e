// The people in a group, by their Windows names; whoever is added need not have logged in yet.

import { Button } from "@mantine/core";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { Command } from "../../parts/Command.tsx";
import type { Choice } from "../../parts/choices.ts";
import { Fault } from "../../parts/Fault.tsx";
import { LookUp } from "../../parts/LookUp.tsx";
import { useMembers } from "./effects.ts";
import classes from "./Group.module.css";

interface Given {
  group: Schema<"Group">;
  whyNot: string | undefined;
  preview: number | undefined;
  setPreview: (userId: number | undefined) => void;
  changed: () => void;
}

async function findUsers(words: string): Promise<Choice[]> {
  const { items } = await data(client.GET("/api/v1/security/users", { params: { query: { ...(words === "" ? {} : { search: words }), active: true, limit: 20 } } }));
  return items.map((user) => ({ code: user.name, name: user.display_name }));
}

export function Members({ group, whyNot, preview, setPreview, changed }: Given) {
  const members = useMembers(group);
  const [name, setName] = useState("");
  const known = (members.data ?? []).some((user) => user.name.toLowerCase() === name.toLowerCase());
  return (
    <section aria-label="Users of the group">
      <h2>Users</h2>
      {members.error !== null && <Fault error={members.error} again={() => void members.refetch()} />}
      {members.data?.length === 0 && <p>Nobody is in this group yet. Add somebody by their Windows name.</p>}
      <ul className={classes["members"]}>
        {members.data?.map((user) => (
          <li key={user.id}>
            <span>{user.name}</span>
            <Button variant="subtle" aria-pressed={preview === user.id} aria-label={`Preview as ${user.name}`} onClick={() => setPreview(preview === user.id ? undefined : user.id)}>Preview as</Button>
            <Command words="Remove" label={`Remove ${user.name}`} whyNot={whyNot} stale={["groups"]} done={changed}
              run={() => data(client.DELETE("/api/v1/security/groups/{group_id}/members/{user_id}", { params: { path: { group_id: group.id, user_id: user.id } } }))} />
          </li>
        ))}
      </ul>
      {whyNot === undefined && (
        <div className={classes["form"]}>
          <LookUp label="User" recent="users" value={name} change={setName} search={findUsers} placeholder="ALAMO\rita" />
          <Command words="Add" whyNot={name === "" ? "Say who first." : known ? `${name} is in the group already.` : undefined} stale={["groups"]}
            run={async () => {
              const { items } = await data(client.GET("/api/v1/security/users", { params: { query: { name, limit: 1 } } }));
              const [user] = items.length > 0 ? items : [await data(client.POST("/api/v1/security/users", { params: { header: { "idempotency-key": `user ${name.toLowerCase()}` } }, body: { name, display_name: name.split("\\").at(-1) ?? name } }))];
              if (user !== undefined) await data(client.PUT("/api/v1/security/groups/{group_id}/members/{user_id}", { params: { path: { group_id: group.id, user_id: user.id } } }));
            }}
            done={() => { setName(""); changed(); }} />
        </div>
      )}
    </section>
  );
}
