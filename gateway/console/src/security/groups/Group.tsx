// One group: what it grants as a matrix, and who is in it. What a change does to people is shown before it is saved.

import { Button, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { History } from "../../parts/History.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { useDraft } from "../../parts/useDraft.ts";
import { counted } from "../../text/en.ts";
import classes from "./Group.module.css";
import { Matrix } from "./Matrix.tsx";
import { changesBetween, grantsOf, rowsOf, type Grant, type Row } from "./matrix.ts";
import { Members } from "./Members.tsx";
import { Preview } from "./Preview.tsx";
import { Review } from "./Review.tsx";

const route = getRouteApi("/security/groups/$id");
type Group = Schema<"Group">;
type Feature = Schema<"Feature">;

export function GroupPage() {
  const { id } = route.useParams();
  const groupId = Number(id);
  const group = useQuery({ queryKey: ["group", groupId], queryFn: () => data(client.GET("/api/v1/security/groups/{group_id}", { params: { path: { group_id: groupId } } })) });
  const features = useQuery({ queryKey: ["features"], queryFn: () => data(client.GET("/api/v1/security/features")), staleTime: Infinity });
  const error = group.error ?? features.error;
  if (error !== null) return <Page title="Group"><Fault error={error} again={() => { void group.refetch(); void features.refetch(); }} /></Page>;
  if (group.data === undefined || features.data === undefined) return <Page title="Group">{null}</Page>;
  // A group that was changed elsewhere is another form; what is typed is kept by its draft.
  return <Shown key={group.data.id} group={group.data} features={features.data.items} />;
}

interface Form {
  name: string;
  description: string;
  rows: readonly Row[];
}

function formOf(group: Group, features: readonly Feature[]): Form {
  return { name: group.name, description: group.description, rows: rowsOf(features, group.grants as Grant[]) };
}

function Shown({ group, features }: { group: Group; features: readonly Feature[] }) {
  const { me, whyNot } = useSession();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const [base, setBase] = useState(group);
  const saved = useMemo(() => formOf(base, features), [base, features]);
  const { form, change, forget } = useDraft(`groups/${group.id}`, saved);
  const [reviewing, setReviewing] = useState(false);
  const [preview, setPreview] = useState<number | undefined>(undefined);
  const changes = changesBetween(saved.rows, form.rows);
  const renamed = Number(form.name !== saved.name) + Number(form.description !== saved.description);
  const count = changes.length + renamed;
  const locksOut = me.groups.some((one) => one.id === group.id)
    && !me.features.some((one) => one.feature === "security.groups" && one.level === "admin" && one.grants.some((grant) => grant.level === "admin" && grant.group.id !== group.id))
    && !form.rows.some((row) => row.feature === "security.groups" && row.level === "admin");
  const closed = whyNot("security.groups", "admin");
  const refused = closed ?? (locksOut ? "You would lock yourself out: keep Groups and what they grant at admin, or ask another administrator." : undefined);
  return (
    <Page title={`Group ${base.name}`}
      command={
        <>
          {count > 0 && <Button variant="default" onClick={() => forget(saved)}>Undo all</Button>}
          {count > 0 && <Button variant="filled" onClick={() => setReviewing(true)}>{`Save ${counted(count, "change")}: review`}</Button>}
          <Command words="Delete" whyNot={closed ?? (count > 0 ? "Save or undo the changes first." : undefined)} stale={["groups"]}
            run={() => data(client.DELETE("/api/v1/security/groups/{group_id}", { params: { path: { group_id: group.id }, header: { "if-match": `"${base.revision}"` } } }))}
            confirm={{ title: `Delete ${base.name}`, about: <p>{counted(base.member_count, "user")} {base.member_count === 1 ? "loses" : "lose"} what the group grants.</p>, words: `Delete ${base.name}` }}
            done={() => { forget(saved); void navigate({ to: "/security/groups" }); }} />
        </>
      }>
      <Totals>
        <strong>{counted(base.member_count, "user")}</strong>
        <span>{counted(new Set(base.grants.map((grant) => grant.feature)).size, "feature")} granted</span>
        <span>changed {momentWords(base.changed_at)}{base.changed_by === null ? "" : ` by ${base.changed_by}`}</span>
      </Totals>
      <div className={classes["pair"]}>
        <div>
          <div className={classes["form"]}>
            <TextInput label="Name" value={form.name} readOnly={closed !== undefined} onChange={(event) => { const name = event.currentTarget.value; change((now) => ({ ...now, name })); }} />
            <TextInput label="What its people do" className={classes["wide"] ?? ""} value={form.description} readOnly={closed !== undefined} onChange={(event) => { const description = event.currentTarget.value; change((now) => ({ ...now, description })); }} />
          </div>
          <Matrix rows={form.rows} saved={saved.rows} whyNot={closed} change={(rows) => change((now) => ({ ...now, rows }))} />
          <p className={classes["keys"]}>Arrows move, 0 to 4 set the level, Space limits it to branches, customers or companies.</p>
        </div>
        <div>
          <Members group={base} whyNot={closed ?? (count > 0 ? "Save or undo the changes first." : undefined)} preview={preview} setPreview={setPreview}
            changed={() => void queries.invalidateQueries({ queryKey: ["group", group.id] }).then(async () => setBase(await data(client.GET("/api/v1/security/groups/{group_id}", { params: { path: { group_id: group.id } } }))))} />
          {preview !== undefined && <Preview userId={preview} group={base} before={base.grants as Grant[]} after={grantsOf(form.rows)} />}
          <History of={["group", group.id, base.revision]} get={() => data(client.GET("/api/v1/security/groups/{group_id}/history", { params: { path: { group_id: group.id }, query: { limit: 20 } } }))} />
        </div>
      </div>
      {reviewing && (
        <Review base={base} features={features} form={form} changes={changes} whyNot={refused} close={() => setReviewing(false)} toForm={(next, now) => { setBase(now); change(() => next); }}
          saved={(next) => { setBase(next); forget(formOf(next, features)); setReviewing(false); }} />
      )}
    </Page>
  );
}
