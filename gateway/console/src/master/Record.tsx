// One record of master data: its fields are those that the API describes. A change names the version that it is based on.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, askTagged, type Refused, type Schema } from "../api/calls.ts";
import { useSession } from "../frame/session.tsx";
import { Command } from "../parts/Command.tsx";
import { Conflict } from "../parts/Conflict.tsx";
import { momentWords, today } from "../parts/dates.ts";
import { Fault } from "../parts/Fault.tsx";
import { changedBy, faultsOf } from "../parts/faults.ts";
import { History } from "../parts/History.tsx";
import type { Fields } from "../parts/merge.ts";
import { Page, Totals } from "../parts/Page.tsx";
import { StatusMark } from "../parts/StatusMark.tsx";
import { useDraft } from "../parts/useDraft.ts";
import { Inputs } from "./Inputs.tsx";
import type { Kind } from "./records.ts";
import { bodyOf, formOf, keyOf, nameOf, pathOf, type Values } from "./rules.ts";
import { labelOf } from "./words.ts";

export function RecordPage({ kind, encoded }: { kind: Kind; encoded: string }) {
  const found = useQuery({ queryKey: [kind.name, "record", encoded], queryFn: () => askTagged<Values>("GET", pathOf(kind, encoded)) });
  if (found.error !== null) return <Page title={kind.words}><Fault error={found.error} again={() => void found.refetch()} /></Page>;
  if (found.data === undefined) return <Page title={kind.words}>{null}</Page>;
  return <Shown key={encoded} kind={kind} path={pathOf(kind, encoded)} found={found.data} />;
}

interface Tagged {
  value: Values;
  etag: string;
}

function Shown({ kind, path, found }: { kind: Kind; path: string; found: Tagged }) {
  const { whyNot } = useSession();
  const [{ value: now, etag }, setNow] = useState(found);
  const [theirs, setTheirs] = useState<{ record: Tagged; by: string | null; at: string | null } | undefined>(undefined);
  const [error, setError] = useState<Error | undefined>(undefined);
  const base = formOf(kind.change, now);
  const { form, change, forget } = useDraft(`${kind.name}/${keyOf(kind, now)}`, base);
  const changed = kind.change.filter(({ name }) => form[name] !== base[name]).length;
  const refused = whyNot(kind.feature, kind.level);
  const retired = typeof now["retired_on"] === "string" && now["retired_on"] <= today();
  const canRetire = kind.change.some((field) => field.name === "retired_on");
  const saved = (next: unknown) => {
    setNow(next as Tagged);
    setError(undefined);
    forget(formOf(kind.change, (next as Tagged).value));
  };
  const failed = (problem: Error) => {
    const changedNow = changedBy(problem);
    setError(changedNow === undefined ? problem : undefined);
    if (changedNow === undefined) return;
    const version = (problem as Refused).problem as unknown as { current_version: number };
    setTheirs({ record: { value: changedNow.current as Values, etag: `"${version.current_version}"` }, by: changedNow.by, at: changedNow.at });
  };
  const send = (fields: Fields) => askTagged<Values>(kind.method, path, {
    headers: { "if-match": etag }, body: bodyOf(kind.change, fields, kind.method === "PATCH" ? base : undefined),
  });
  return (
    <Page title={`${kind.words}: ${nameOf(kind, now)}`}
      command={
        <>
          {canRetire && (
            <Command words={retired ? "Use again" : "Retire today"} stale={[kind.name]} whyNot={refused ?? (changed > 0 ? "Save or undo the changes first." : undefined)} done={saved} failed={failed}
              run={() => send({ ...base, retired_on: retired ? "" : today() })} />
          )}
          {changed > 0 && <Command words="Undo" stale={[]} run={() => Promise.resolve()} done={() => { forget(base); setError(undefined); }} />}
          <Command primary words="Save" stale={[kind.name, "history"]} whyNot={refused ?? (changed === 0 ? "Nothing has been changed." : undefined)} run={() => send(form)} done={saved} failed={failed} />
        </>
      }>
      <Totals>
        {canRetire && <StatusMark status={retired ? "retired" : "active"} words={retired ? "retired" : "in use"} />}
        {"changed_at" in now && <span>changed {momentWords(now["changed_at"] as string | null)}{now["changed_by"] == null ? "" : ` by ${String(now["changed_by"])}`}</span>}
      </Totals>
      <Inputs fields={kind.change} keys={kind.keys.map((key) => key.field)} form={form} whyNot={refused} faults={faultsOf(error)}
        change={(name, value) => change((fields) => ({ ...fields, [name]: value }))} />
      {kind.history && <History of={[kind.name, keyOf(kind, now), etag]} get={() => ask<{ items: Schema<"HistoryStep">[] }>("GET", `${path}/history?limit=20`)} />}
      {theirs !== undefined && (
        <Conflict what={nameOf(kind, now)} by={theirs.by} at={theirs.at} labelOf={labelOf} cancel={() => setTheirs(undefined)}
          base={base} theirs={formOf(kind.change, theirs.record.value)} yours={form}
          resolve={(fields) => {
            setNow(theirs.record);
            change(() => fields);
            setTheirs(undefined);
          }} />
      )}
    </Page>
  );
}

/** The form of a new record. */
export function Maker({ kind, made, cancel }: { kind: Kind; made: (record: Values) => void; cancel: () => void }) {
  const [error, setError] = useState<Error | undefined>(undefined);
  const initial = formOf(kind.make, undefined);
  const { form, change, forget } = useDraft(`${kind.name}/new`, initial);
  return (
    <Page title={`New ${kind.one_word}`}
      command={
        <>
          <Command words="Cancel" stale={[]} run={() => Promise.resolve()} done={() => { forget(initial); cancel(); }} />
          <Command primary words="Save" stale={[kind.name]} failed={setError} done={(record) => { forget(initial); made(record as Values); }}
            run={(key) => ask<Values>("POST", kind.path, { headers: { "idempotency-key": key }, body: bodyOf(kind.make, form) })} />
        </>
      }>
      <Inputs fields={kind.make} keys={[]} form={form} whyNot={undefined} faults={faultsOf(error)} change={(name, value) => change((fields) => ({ ...fields, [name]: value }))} />
    </Page>
  );
}
