// What a change of a group does, before it is saved: the features that differ, and who can do less or more. If somebody else
// has saved the group meanwhile, both changes are merged feature by feature.

import { Modal } from "@mantine/core";
import { useState } from "react";
import { client, data, Refused, type Schema } from "../../api/calls.ts";
import { Command } from "../../parts/Command.tsx";
import { Conflict } from "../../parts/Conflict.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { changedBy } from "../../parts/faults.ts";
import { Lines } from "../../parts/Lines.tsx";
import type { Fields } from "../../parts/merge.ts";
import { counted } from "../../text/en.ts";
import { MOST_PEOPLE, usePeople } from "./effects.ts";
import { effectOf, grantsOf, grantWords, rowsOf, type Change, type Grant, type Row } from "./matrix.ts";

type Group = Schema<"Group">;
type Feature = Schema<"Feature">;

interface Form {
  name: string;
  description: string;
  rows: readonly Row[];
}

interface Given {
  base: Group;
  features: readonly Feature[];
  form: Form;
  changes: readonly Change[];
  whyNot: string | undefined;
  close: () => void;
  /** Goes on with a form that is based on the group as it is now. */
  toForm: (form: Form, base: Group) => void;
  saved: (group: Group) => void;
}

export function Review({ base, features, form, changes, whyNot, close, toForm, saved }: Given) {
  const people = usePeople(base);
  const [theirs, setTheirs] = useState<{ group: Group; by: string | null; at: string | null } | undefined>(undefined);
  const after = grantsOf(form.rows);
  const label = (feature: string) => features.find((one) => one.feature === feature)?.label ?? feature;
  const effects = people.data?.map((person) => ({ ...person, ...effectOf(base.grants as Grant[], after, person.others) })).filter(({ loses, gains }) => loses.length + gains.length > 0);
  const renames: Change[] = [
    { feature: "name", label: "Name", from: base.name, to: form.name }, { feature: "description", label: "What its people do", from: base.description, to: form.description },
  ].filter((one) => one.from !== one.to);
  if (theirs !== undefined) {
    const mine = fieldsOf(form);
    const now = { name: theirs.group.name, description: theirs.group.description, rows: rowsOf(features, theirs.group.grants as Grant[]) };
    return (
      <Conflict what={`Group ${base.name}`} by={theirs.by} at={theirs.at} cancel={() => setTheirs(undefined)} labelOf={(field) => (field.includes(".") ? label(field) : field)}
        base={fieldsOf({ ...base, rows: rowsOf(features, base.grants as Grant[]) })} theirs={fieldsOf(now)} yours={mine}
        resolve={(fields) => { toForm(formFrom(fields, now, form, mine), theirs.group); setTheirs(undefined); }} />
    );
  }
  return (
    <Modal opened onClose={close} size="xl" title={`Save ${counted(changes.length + renames.length, "change")} of ${base.name}`}>
      <Lines label="Changes" empty="" heads={[{ words: "What" }, { words: "From" }, { words: "To" }]}
        rows={[...renames, ...changes].map((one) => ({ key: one.feature, cells: [one.label, one.from, <strong key="to">{one.to}</strong>] }))} />
      <h3>Effect on {counted(base.member_count, "user")}</h3>
      {people.error !== null && <Fault error={people.error} again={() => void people.refetch()} />}
      {effects === undefined && people.error === null && <p>Working out who can do less or more…</p>}
      {effects?.length === 0 && <p>Nobody can do less or more than now.</p>}
      {effects !== undefined && effects.length > 0 && (
        <ul>
          {effects.map(({ id, name, loses, gains }) => (
            <li key={id}>
              <strong>{name}</strong>
              {loses.length > 0 && <> loses {loses.length}: {loses.map(label).join(", ")}{gains.length > 0 ? ";" : ""}</>}
              {gains.length > 0 && <> gains {gains.length}: {gains.map(label).join(", ")}</>}
            </li>
          ))}
        </ul>
      )}
      {base.member_count > MOST_PEOPLE && <p>The group has more users than are looked at here: these are the first {MOST_PEOPLE}.</p>}
      <Command primary words="Save" whyNot={whyNot} stale={["groups", "group"]} done={(group) => saved(group as Group)}
        run={async () => {
          try {
            return await data(client.PUT("/api/v1/security/groups/{group_id}", {
              params: { path: { group_id: base.id }, header: { "if-match": `"${base.revision}"` } }, body: { name: form.name, description: form.description, grants: after },
            }));
          } catch (error) {
            const found = error instanceof Refused ? changedBy(error) : undefined;
            if (found !== undefined) setTheirs({ group: found.current as Group, by: found.by, at: found.at });
            throw error;
          }
        }} />
    </Modal>
  );
}

/** A form as fields that can be compared: each feature with its grants in words. */
function fieldsOf(form: Form): Fields {
  const features = [...new Set(form.rows.map((row) => row.feature))];
  return { name: form.name, description: form.description, ...Object.fromEntries(features.map((feature) => [feature, grantWords(form.rows, feature)])) };
}

/** The form that the chosen fields mean: each feature has the rows of the side whose words were kept. */
function formFrom(fields: Fields, now: Form, mine: Form, mineFields: Fields): Form {
  const ours = (feature: string) => fields[feature] === mineFields[feature];
  const features = [...new Set([...now.rows, ...mine.rows].map((row) => row.feature))];
  return {
    name: fields["name"] ?? now.name,
    description: fields["description"] ?? now.description,
    rows: features.flatMap((feature) => (ours(feature) ? mine : now).rows.filter((row) => row.feature === feature)),
  };
}
