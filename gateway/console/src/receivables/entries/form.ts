// An entry as it is on the screen, and as it is sent: fields that nobody has typed are left out, and get their defaults.

import type { Schema } from "../../api/calls.ts";
import type { GridLine } from "../../parts/grid.ts";
import { isUntouched } from "../../parts/grid.ts";
import type { Fields } from "../../parts/merge.ts";
import { centsOf, wireOf } from "../../parts/money.ts";

export type EntryRead = Schema<"EntryRead">;
type TypedLine = Schema<"TypedLine">;

export const HEADER_FIELDS = [
  "type", "apply_to", "customer", "contract", "invoice_number", "receivable_type", "description", "purchase_order", "invoice_date", "pay_terms",
  "due_on", "discount_on", "disposition", "reason",
] as const;
const LINE_FIELDS = [
  "apply_line", "line_type", "contract_item", "material", "description", "gl_account", "um", "contract_units", "units", "unit_price", "net",
  "retainage_percent", "retainage", "tax_code", "tax_basis", "amount", "finance_charge", "discount",
] as const;
const SIGNED = new Set(["contract_units", "units", "net", "retainage", "tax_basis", "amount", "finance_charge"]);
const MISC_FIELDS = ["code", "description", "distributed_on", "amount"] as const;
/** Numbers on the wire; everything else is text. */
const WHOLE = new Set(["receivable_type", "apply_to", "apply_line"]);

/** The parts of an entry that people type. */
export interface Content {
  header: Fields;
  lines: readonly GridLine[];
  misc: readonly GridLine[];
}

export interface EntryForm extends Content {
  /** The version that it was read at; a new entry has none. */
  revision: number | null;
  /** What it was when it was read. */
  base: Content;
  /** The numbers of the lines that are saved, by their keys; keys stay when a line is saved, so that its cells do. */
  numbers: Readonly<Record<string, number>>;
  /** How many lines and distributions were added, for their keys. */
  added: number;
}

function textOf(value: string | number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

function negated(value: string): string {
  if (Number(value) === 0) return value;
  return value.startsWith("-") ? value.slice(1) : `-${value}`;
}

/** Credits and write-offs are posted negative, and typed positive. */
function lineOf(line: TypedLine, type: string, key: string): GridLine {
  const settles = (type === "credit_memo" || type === "write_off") && !(Number(line.amount) > 0);
  const net = wireOf(centsOf(line.amount) - centsOf(line.tax));
  const shown = { ...line, net } as Record<string, string | number | null>;
  const left = line.apply_line === null ? "amount" : "net";
  const values: Record<string, string> = {};
  for (const field of LINE_FIELDS) {
    const value = textOf(shown[field]);
    // Of the amount with tax and the one without, one is calculated.
    if (field !== left) values[field] = settles && SIGNED.has(field) ? negated(value) : value;
  }
  return { key, values };
}

/** The form of a saved entry. `numbers` are those of lines that have keys already, `added` the keys of its new lines. */
export function formOf(entry: EntryRead, numbers: Readonly<Record<string, number>> = {}, added: readonly string[] = []): EntryForm {
  const shown = { ...entry, apply_to: entry.apply_to_id } as unknown as Record<string, string | number | null>;
  const known = new Map(Object.entries(numbers).map(([key, number]) => [number, key]));
  const left = [...added];
  const keyOf = ({ line }: TypedLine): string => known.get(line) ?? left.shift() ?? `line${line}`;
  const lines = entry.lines.map((line) => lineOf(line, entry.type, keyOf(line)));
  const base: Content = {
    header: Object.fromEntries(HEADER_FIELDS.map((field) => [field, textOf(shown[field])])),
    lines,
    misc: entry.misc_distributions.map(({ row, code, description, distributed_on, amount }) => ({
      key: `misc${row}`, values: { code, description, distributed_on, amount },
    })),
  };
  const saved = Object.fromEntries(entry.lines.map(({ line }, place) => [lines[place]?.key ?? "", line]));
  return { ...base, base, revision: entry.revision, numbers: saved, added: 0 };
}

/** The form of a new entry, with one line to begin with, after so many lines were added to the one before. */
export function emptyForm(added = 0): EntryForm {
  const base: Content = { header: {}, lines: [{ key: `new${added + 1}`, values: {} }], misc: [] };
  return { ...base, base: { header: {}, lines: [], misc: [] }, revision: null, numbers: {}, added: added + 1 };
}

function sent(field: string, value: string): string | number | null {
  if (value === "") return null;
  return WHOLE.has(field) && /^\d+$/.test(value) ? Number(value) : value;
}

/** The header as it is sent. */
export function headerBody(header: Fields): Schema<"HeaderInput"> {
  return Object.fromEntries(Object.entries(header).map(([field, value]) => [field, sent(field, value)])) as Schema<"HeaderInput">;
}

/** A line as it is sent. An empty field has its default, except a tax code, which may be left out. */
export function lineBody(line: GridLine): Schema<"LineInput"> {
  const typed = Object.entries(line.values).filter(([field, value]) => value !== "" || field === "tax_code");
  return Object.fromEntries(typed.map(([field, value]) => [field, sent(field, value)])) as Schema<"LineInput">;
}

/** The lines that are sent: those in which something was typed, or that are saved. */
export function linesToSend(form: Pick<EntryForm, "lines" | "numbers">): GridLine[] {
  return form.lines.filter((line) => form.numbers[line.key] !== undefined || !isUntouched(line));
}

/** The distributions that are sent. */
export function miscToSend(form: Pick<EntryForm, "misc">): GridLine[] {
  return form.misc.filter((row) => !isUntouched(row));
}

/** The whole entry as it is sent. */
export function bodyOf(form: Content & Pick<EntryForm, "numbers">): Schema<"EntryToSave"> {
  return {
    ...headerBody(form.header),
    lines: linesToSend(form).map((line) => {
      const number = form.numbers[line.key];
      return { ...lineBody(line), ...(number === undefined ? {} : { line: number }) };
    }),
    misc_distributions: miscToSend(form).map((row) =>
      Object.fromEntries(MISC_FIELDS.flatMap((field) => (row.values[field] ? [[field, row.values[field]]] : [])))),
  };
}

function keptValues(sent_: Fields, now: Fields, saved: Fields): Fields {
  const values: Record<string, string> = { ...saved };
  for (const field of new Set([...Object.keys(sent_), ...Object.keys(now)])) {
    if (now[field] === sent_[field]) continue;
    if (now[field] === undefined) delete values[field];
    else values[field] = now[field] as string;
  }
  return values;
}

function keptLines(sent_: readonly GridLine[], now: readonly GridLine[], saved: readonly GridLine[]): GridLine[] {
  return now.flatMap((line) => {
    const [before, after] = [sent_.find(({ key }) => key === line.key), saved.find(({ key }) => key === line.key)];
    if (after === undefined) return before === undefined || !isUntouched(line) ? [line] : [];
    return [{ key: line.key, values: before === undefined ? line.values : keptValues(before.values, line.values, after.values) }];
  });
}

/** The form after it was saved: what was saved, and what somebody typed while it was on its way. */
export function afterSave(sentForm: EntryForm, now: EntryForm, entry: EntryRead): EntryForm {
  const added = linesToSend(sentForm).map(({ key }) => key).filter((key) => sentForm.numbers[key] === undefined);
  const saved = formOf(entry, sentForm.numbers, added);
  if (now === sentForm) return { ...saved, added: now.added };
  return {
    ...saved,
    added: now.added,
    header: keptValues(sentForm.header, now.header, saved.header),
    lines: keptLines(sentForm.lines, now.lines, saved.lines),
    misc: now.misc === sentForm.misc ? saved.misc : now.misc,
  };
}

/** A change of a field, after which the fields that follow from it have their defaults again. */
export function changed(values: Fields, field: string, value: string | undefined, resets: readonly string[]): Fields {
  const next: Record<string, string> = {};
  for (const [name, typed] of Object.entries(values)) if (!resets.includes(name)) next[name] = typed;
  if (value === undefined) delete next[field];
  else next[field] = value;
  return next;
}

/** Whether anything differs from what was read. */
export function isChanged(form: EntryForm): boolean {
  return JSON.stringify(bodyOf(form)) !== JSON.stringify(bodyOf({ ...form.base, numbers: form.numbers }));
}
