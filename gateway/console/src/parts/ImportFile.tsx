// A file that is imported: first it is checked as a whole, and what it would change and every fault is shown, and only then
// it is imported. A file with a fault is not imported at all.

import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { newKey, Refused, upload, type Schema } from "../api/calls.ts";
import { counted } from "../text/en.ts";
import { Command } from "./Command.tsx";
import { Fault } from "./Fault.tsx";
import classes from "./ImportFile.module.css";
import { Lines } from "./Lines.tsx";
import { Totals } from "./Page.tsx";

type Imported = Schema<"Imported">;

interface Given {
  /** The address of the import in the API. */
  path: string;
  /** What a row of the file is: `order`. */
  one: string;
  whyNot: string | undefined;
  stale: readonly string[];
  done: (imported: Imported) => void;
}

export function ImportFile({ path, one, whyNot, stale, done }: Given) {
  const [file, setFile] = useState<File | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const check = useMutation({ mutationFn: (given: File) => upload<Imported>(path, { check: "true", file_name: given.name }, given, newKey()) });
  const clear = () => {
    setFile(undefined);
    check.reset();
    if (input.current !== null) input.current.value = "";
  };
  const found = check.data;
  const rows = found === undefined ? 0 : found.created + found.changed;
  return (
    <section aria-label="File" className={classes["import"]}>
      <div className={classes["commands"]}>
        <label>
          CSV or XLSX file{" "}
          <input ref={input} type="file" accept=".csv,.xlsx" disabled={whyNot !== undefined} title={whyNot}
            onChange={(event) => {
              const given = event.currentTarget.files?.[0];
              setFile(given);
              check.reset();
              if (given !== undefined) check.mutate(given);
            }} />
        </label>
        {file !== undefined && check.isError && <Button variant="default" onClick={() => check.mutate(file)}>Check again</Button>}
        {file !== undefined && found !== undefined && (
          <Command primary words={`Import ${counted(rows, one)}`} stale={stale}
            whyNot={whyNot ?? (rows === 0 ? "The file changes nothing." : undefined)}
            run={(key) => upload<Imported>(path, { file_name: file.name }, file, key)}
            done={(imported) => { clear(); done(imported); }} />
        )}
      </div>
      {whyNot !== undefined && <p>{whyNot}</p>}
      {check.isPending && <p role="status">Checking {file?.name}…</p>}
      {check.error !== null && <Faults error={check.error} />}
      {found !== undefined && <Found found={found} one={one} />}
    </section>
  );
}

/** Every fault of a file with its place. */
function Faults({ error }: { error: Error }) {
  const errors = error instanceof Refused ? error.problem.errors : [];
  if (errors.length === 0) return <Fault error={error} />;
  return (
    <>
      <p role="alert" className={classes["refused"]}>{error.message} Nothing was imported.</p>
      <Lines label="Faults" empty="" heads={[{ words: "Place" }, { words: "What is wrong" }]}
        rows={errors.map((fault, place) => ({ key: place, cells: [fault.pointer, fault.detail] }))} />
    </>
  );
}

function Found({ found, one }: { found: Imported; one: string }) {
  const { changes, warnings } = found;
  return (
    <>
      <Totals>
        <span><strong>{counted(found.created, `new ${one}`)}</strong></span>
        <span>{counted(found.changed, `${one} changes`, `${one}s change`)}</span>
        <span>{counted(found.unchanged, `${one} stays as it is`, `${one}s stay as they are`)}</span>
      </Totals>
      {warnings != null && warnings.length > 0 && (
        <Lines label="Warnings" empty="" heads={[{ words: "Place" }, { words: "Warning" }]}
          rows={[...warnings.map((warning, place) => ({ key: place, cells: [warning.pointer, warning.detail] })), ...more(found.more_warnings)]} />
      )}
      {changes != null && changes.length > 0 && (
        <Lines label="Changes" empty="" heads={[{ words: "Line", right: true }, { words: "Record" }, { words: "Change" }, { words: "Values" }]}
          rows={[
            ...changes.slice(0, SHOWN).map((change) => ({
              key: change.line,
              cells: [change.line, change.record, change.change === "created" ? "new" : "changes", change.values.map((value) => valueWords(value, change.change)).filter(Boolean).join("; ")],
            })),
            ...more((found.more_changes ?? 0) + Math.max(0, changes.length - SHOWN)),
          ]} />
      )}
    </>
  );
}

const SHOWN = 50;

function more(count: number | null | undefined) {
  return count == null || count === 0 ? [] : [{ key: "more", cells: ["", `and ${count.toLocaleString("en-US")} more`, "", ""] }];
}

function valueWords(value: Schema<"ValueChange">, change: string): string {
  if (change === "created") return value.new === "" ? "" : `${value.column} ${value.new}`;
  return `${value.column}: ${value.old || "empty"} → ${value.new || "empty"}`;
}
