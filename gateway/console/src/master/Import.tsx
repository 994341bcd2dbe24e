// Importing a file of records: what it would change is shown record by record before anything is changed, and every fault.

import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { ask, Refused, type Schema } from "../api/calls.ts";
import { Command } from "../parts/Command.tsx";
import { Fault } from "../parts/Fault.tsx";
import { Lines } from "../parts/Lines.tsx";
import { counted } from "../text/en.ts";
import classes from "./Master.module.css";
import type { Kind } from "./records.ts";
import { labelOf } from "./words.ts";

type Result = Schema<"Imported">;
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const MOST_SHOWN = 200;

function send(kind: Kind, file: File, key?: string): Promise<Result> {
  const headers = { "content-type": file.name.toLowerCase().endsWith(".xlsx") ? XLSX : "text/csv", ...(key === undefined ? {} : { "idempotency-key": key }) };
  return ask<Result>("POST", `${kind.path}/import${key === undefined ? "?check=true" : ""}`, { headers, body: file });
}

export function Import({ kind, close }: { kind: Kind; close: () => void }) {
  const [file, setFile] = useState<File | undefined>(undefined);
  const [checked, setChecked] = useState<Result | undefined>(undefined);
  const [error, setError] = useState<Error | undefined>(undefined);
  const [done, setDone] = useState<Result | undefined>(undefined);
  const choose = async (next: File | undefined) => {
    setFile(next);
    setChecked(undefined);
    setError(undefined);
    if (next === undefined) return;
    try {
      setChecked(await send(kind, next));
    } catch (refused) {
      setError(refused as Error);
    }
  };
  return (
    <Modal opened onClose={close} size="xl" title={`Import ${kind.words.toLowerCase()}`}>
      {done !== undefined ? (
        <>
          <p role="status">{counted(done.created, "record")} made, {done.changed} changed, {done.unchanged} as they were.</p>
          <Button variant="filled" onClick={close}>Done</Button>
        </>
      ) : (
        <>
          <p>A CSV file or a workbook, in the form in which this list is downloaded. It is checked first; nothing is changed until you say so.</p>
          <input className={classes["file"]} type="file" accept=".csv,.xlsx" aria-label="File" onChange={(event) => void choose(event.currentTarget.files?.[0])} />
          {error !== undefined && (error instanceof Refused && error.problem.errors.length > 0 ? <Faults error={error} /> : <Fault error={error} />)}
          {file !== undefined && checked !== undefined && (
            <>
              <Checked result={checked} />
              <Command primary words={`Import: make ${checked.created}, change ${checked.changed}`} stale={[kind.name]} done={setDone} run={(key) => send(kind, file, key)}
                whyNot={checked.created + checked.changed === 0 ? "The file changes nothing." : undefined} />
            </>
          )}
        </>
      )}
    </Modal>
  );
}

function Checked({ result }: { result: Result }) {
  const changes = result.changes ?? [];
  return (
    <div className={classes["changes"]}>
      <p role="status">{counted(result.checked ?? 0, "row")}: {result.created} would be made, {result.changed} changed, {result.unchanged} {result.unchanged === 1 ? "is" : "are"} as {result.unchanged === 1 ? "it is" : "they are"}.</p>
      <Lines label="What the import changes" empty="Nothing is made or changed."
        heads={[{ words: "Line", right: true }, { words: "Record" }, { words: "Field" }, { words: "Old" }, { words: "New" }]}
        rows={changes.slice(0, MOST_SHOWN).flatMap((change) =>
          change.change === "created"
            ? [{ key: String(change.line), cells: [change.line, change.record, "new record", "", ""] }]
            : change.values.map((value) => ({ key: `${change.line} ${value.column}`, cells: [change.line, change.record, labelOf(value.column), value.old || "empty", <strong key="new">{value.new || "empty"}</strong>] })))} />
      {(result.more_changes ?? 0) > 0 && <p>and {result.more_changes} more</p>}
      {(result.warnings ?? []).map((warning) => <p key={warning.detail}>{warning.detail}</p>)}
    </div>
  );
}

/** Every fault of the file with its place, not only the first ones. */
function Faults({ error }: { error: Refused }) {
  const { errors, detail } = error.problem;
  return (
    <div className={classes["faults"]} role="alert">
      <p>{detail}</p>
      <Lines label="Faults of the file" empty="" heads={[{ words: "Where" }, { words: "What is wrong" }]}
        rows={errors.map((fault, place) => ({ key: place, cells: [fault.pointer, fault.detail] }))} />
    </div>
  );
}
