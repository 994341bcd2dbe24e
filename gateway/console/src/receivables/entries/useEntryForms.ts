// Which fields of an entry are open, asked for when the typing pauses. Until the answer is there, the last one counts.

import { useEffect, useMemo, useRef, useState } from "react";
import { client, data, QUIETLY, type Schema } from "../../api/calls.ts";
import type { CellForm, GridLine, LineForm } from "../../parts/grid.ts";
import type { Fields } from "../../parts/merge.ts";
import { PAUSE_MS } from "../../parts/useTyped.ts";
import { isSendable } from "./columns.ts";
import { headerBody, lineBody, linesToSend, type EntryForm } from "./form.ts";
import { closedAtFirst, headerAtFirst, kindOf } from "./kinds.ts";

type Answer = Schema<"DraftForms">;
type Read = Readonly<Record<string, Schema<"DraftField">>>;
/** As many lines as are asked about at once. */
const MOST = 200;
const SAMPLES = ["other", "material"];

interface Known {
  /** The form of the header for the type that it was asked for, and the last ones of all types. */
  header: { type: string; fixed: boolean; form: LineForm } | undefined;
  headers: Readonly<Record<string, LineForm>>;
  /** The fields that get their default again when a field is changed, of the header and of lines. */
  resets: Readonly<Record<"header" | "lines", Readonly<Record<string, readonly string[]>>>>;
  clearable: ReadonlySet<string>;
  own: Readonly<Record<string, { kind: string; form: LineForm; faults: Readonly<Record<string, string>> }>>;
  kinds: Readonly<Record<string, LineForm>>;
  faults: Readonly<Record<string, string>>;
  warnings: readonly Schema<"Finding">[];
}

const NOTHING: Known = { header: undefined, headers: {}, resets: { header: {}, lines: {} }, clearable: new Set(), own: {}, kinds: {}, faults: {}, warnings: [] };

/** What was learned in a company, for the entries that come after. */
const LEARNED = new Map<number, Known>();

export interface EntryForms extends Omit<Known, "own" | "kinds" | "header" | "headers"> {
  /** Whether anything is known; only the first entry in a company waits for that. */
  ready: boolean;
  header: LineForm;
  lines: Readonly<Record<string, LineForm>>;
  lineFaults: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether what is shown may still change, because the answer is not there yet. */
  waiting: boolean;
}

function formOfFields(fields: Read): LineForm {
  const cell = ({ open, reason, required, default: value }: Schema<"DraftField">): CellForm =>
    ({ open, reason, required, default: value === null ? "" : String(value) });
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, cell(field)]));
}

function resetsOf(fields: Read | undefined): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(fields ?? {}).map(([name, { resets }]) => [name, resets]));
}

interface Asked {
  header: Fields;
  lines: readonly GridLine[];
  samples: readonly GridLine[];
  /** Whether lines fix a part of the header. */
  fixed: boolean;
}

/** What is known after an answer. Faults of fields that are only empty yet are not held against who types. */
function learned(before: Known, asked: Asked, answer: Answer): Known {
  const [own, kinds] = [{ ...before.own }, { ...before.kinds }];
  const faults: Record<string, string> = {};
  const ofLine: Record<string, string>[] = asked.lines.map(() => ({}));
  for (const { pointer, detail } of answer.faults) {
    const [, part, index, field] = pointer.split("/");
    if (detail === "is required") continue;
    if (part === "header") faults[`/${index}`] = detail;
    else if (ofLine[Number(index)] !== undefined && field !== undefined) (ofLine[Number(index)] as Record<string, string>)[field] = detail;
  }
  [...asked.lines, ...asked.samples].forEach((line, place) => {
    const fields = answer.lines[place];
    if (fields === undefined || Object.keys(fields).length === 0) return;
    const [kind, form] = [kindOf(asked.header, line), formOfFields(fields)];
    if (place < asked.lines.length) own[line.key] = { kind, form, faults: ofLine[place] ?? {} };
    // Lines of this kind that come later are open where this one is; what it has by default is its own.
    if (place >= asked.lines.length || kinds[kind] === undefined) kinds[kind] = place < asked.lines.length ? withoutAmounts(form) : form;
  });
  const line = answer.lines[0];
  const cleared = [...Object.entries(answer.header), ...Object.entries(line ?? {})].filter(([, { clearable }]) => clearable).map(([name]) => name);
  const [type, form] = [typeOf(asked.header), formOfFields(answer.header)];
  return {
    header: { type, fixed: asked.fixed, form },
    headers: asked.fixed ? before.headers : { ...before.headers, [type]: Object.keys(asked.header).length === 0 ? form : (before.headers[type] ?? withoutAmounts(form)) },
    resets: { header: resetsOf(answer.header), lines: line === undefined ? before.resets.lines : resetsOf(line) },
    clearable: new Set(line === undefined ? [...before.clearable, ...cleared] : cleared),
    own, kinds, faults, warnings: answer.warnings,
  };
}

const KEPT = new Set(["type", "line_type", "gl_account", "tax_code"]);

function withoutAmounts(form: LineForm): LineForm {
  return Object.fromEntries(Object.entries(form).map(([field, cell]) => [field, KEPT.has(field) ? cell : { ...cell, default: "" }]));
}

function typeOf(header: Fields): string {
  return header["type"] || "invoice";
}

/** What can be asked about: a value that is half typed is left out. */
function sendable(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([field, value]) => isSendable(field, value)));
}

function samplesFor(header: Fields, known: Known): GridLine[] {
  const type = typeOf(header);
  if ((type !== "invoice" && type !== "adjustment") || header["contract"]) return [];
  const samples = SAMPLES.map((line_type): GridLine => ({ key: `sample ${line_type}`, values: { line_type } }));
  return samples.filter((line) => known.kinds[kindOf(header, line)] === undefined);
}

export function useEntryForms(batchId: number, company: number, seq: number | null, form: EntryForm, editable: boolean): EntryForms {
  const [known, setKnown] = useState(() => LEARNED.get(company) ?? NOTHING);
  const [tried, setTried] = useState(false);
  const asked = useRef<{ header: Fields | undefined; fixed: string; lines: Map<string, GridLine>; sent: number; taken: number }>({
    header: undefined, fixed: "", lines: new Map(), sent: 0, taken: 0,
  });
  const latest = useRef({ form, known });
  latest.current = { form, known };
  const [waiting, setWaiting] = useState(false);

  useEffect(() => {
    if (!editable) return undefined;
    const pause = setTimeout(() => void ask(), asked.current.sent === 0 ? 0 : PAUSE_MS);
    return () => clearTimeout(pause);

    async function ask(): Promise<void> {
      const { form: now, known: before } = latest.current;
      const memory = asked.current;
      const whole = memory.header !== now.header;
      // Whether there are lines decides what is open in the header.
      const flags = { has_lines: linesToSend(now).length > 0, keeps_lines: now.lines.some((line) => now.numbers[line.key] !== undefined) };
      const lines = now.lines.filter((line) => whole || memory.lines.get(line.key) !== line).slice(0, MOST);
      if (!whole && lines.length === 0 && memory.fixed === JSON.stringify(flags)) return;
      memory.fixed = JSON.stringify(flags);
      const samples = samplesFor(now.header, before);
      memory.header = now.header;
      for (const line of lines) memory.lines.set(line.key, line);
      const number = (memory.sent += 1);
      setWaiting(true);
      try {
        const answer = await data(client.POST("/api/v1/receivables/batches/{batch_id}/entry-forms", {
          ...QUIETLY,
          params: { path: { batch_id: batchId } },
          body: {
            seq, header: headerBody(sendable(now.header)), ...flags,
            lines: [...lines, ...samples].map((line) => lineBody({ key: line.key, values: sendable(line.values) })),
          },
        }));
        // An answer to earlier words says nothing about the header any more, but its lines may be the last of theirs.
        const newest = number > memory.taken;
        memory.taken = Math.max(memory.taken, number);
        setKnown((state) => {
          const next = learned(state, { header: now.header, lines, samples, fixed: flags.has_lines || flags.keeps_lines }, answer);
          return newest ? next : { ...state, own: { ...next.own, ...state.own }, kinds: next.kinds };
        });
        if (answer.lines.length === 0) memory.lines.clear();
      } catch {
        // The last answer counts until the next one; saving says what is wrong.
        memory.header = undefined;
      } finally {
        setTried(true);
        if (number === memory.sent) setWaiting(false);
      }
    }
  }, [batchId, company, seq, editable, form.header, form.lines]);

  useEffect(() => {
    if (known.header !== undefined) LEARNED.set(company, { ...known, header: undefined, own: {}, faults: {}, warnings: [] });
  }, [company, known]);
  const lines = useMemo(() => {
    const found: Record<string, LineForm> = {};
    for (const line of form.lines) {
      const [kind, own] = [kindOf(form.header, line), known.own[line.key]];
      found[line.key] = (own?.kind === kind ? own.form : known.kinds[kind]) ?? firstOf(kind);
    }
    return found;
  }, [form.lines, form.header, known.own, known.kinds]);
  const lineFaults = useMemo(() => Object.fromEntries(Object.entries(known.own).map(([key, { faults }]) => [key, faults])), [known.own]);
  const type = typeOf(form.header);
  // Once all lines are gone, they fix nothing any more, whatever the last answer was about.
  const free = linesToSend(form).length === 0;
  const header = useMemo(() => {
    const own = known.header?.type === type && !(free && known.header.fixed) ? known.header.form : undefined;
    return own ?? known.headers[type] ?? headerAtFirst(type);
  }, [known.header, known.headers, type, free]);
  const { resets, clearable, faults, warnings } = known;
  return { resets, clearable, faults, warnings, header, lines, lineFaults, waiting, ready: !editable || tried || known !== NOTHING };
}

const FIRST = new Map<string, LineForm>();

/** What is closed at first; the same object each time, so that no line is drawn again for it. */
function firstOf(kind: string): LineForm {
  const found = FIRST.get(kind) ?? closedAtFirst(kind);
  FIRST.set(kind, found);
  return found;
}
