// An entry as one list of fields, so that two versions of it can be put together field by field.

import type { GridLine } from "../../parts/grid.ts";
import type { Fields } from "../../parts/merge.ts";
import { showTyped } from "../../parts/typed.ts";
import { wordsOf } from "../../text/en.ts";
import { isUntouched } from "../../parts/grid.ts";
import { columnHead, headerLabel, kindOfField } from "./columns.ts";
import type { Content } from "./form.ts";

const THERE = "on the entry";

/** Amounts are the same with and without zeros at their end. */
function plain(value: string): string {
  return /^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, "") : value;
}

function flatLines(kind: string, lines: readonly GridLine[]): [string, string][] {
  return lines.filter((line) => !isUntouched(line)).flatMap(({ key, values }) => [
    [`${kind} ${key} `, THERE] as [string, string],
    ...Object.entries(values).map(([field, value]): [string, string] => [`${kind} ${key} ${field}`, plain(value)]),
  ]);
}

/**
 * What you typed, beside what somebody else saved. A line that they removed and you changed is a new line of yours, so that
 * nothing you typed goes with theirs.
 */
export function besides(base: Content, theirs: Content, yours: Content): Content {
  const kept = (line: GridLine): GridLine => {
    const before = base.lines.find(({ key }) => key === line.key);
    const removed = before !== undefined && !theirs.lines.some(({ key }) => key === line.key);
    return removed && JSON.stringify(before.values) !== JSON.stringify(line.values) ? { ...line, key: `new-${line.key}` } : line;
  };
  return { ...yours, lines: yours.lines.map(kept) };
}

/** The fields of an entry by their names: `header due_on`, `lines line3 net`. */
export function flat(content: Content): Fields {
  const header = Object.entries(content.header).map(([field, value]): [string, string] => [`header  ${field}`, value]);
  return Object.fromEntries([...header, ...flatLines("lines", content.lines), ...flatLines("misc", content.misc)]);
}

/** The entry of such fields. A line that is not on the entry any more takes its fields with it. */
export function unflat(fields: Fields): Content {
  const parts: { header: Record<string, string>; lines: Map<string, GridLine>; misc: Map<string, GridLine> } = { header: {}, lines: new Map(), misc: new Map() };
  for (const [name, value] of Object.entries(fields)) {
    const [kind = "", key = "", field = ""] = name.split(" ");
    if (kind === "header") parts.header[field] = value;
    else if (fields[`${kind} ${key} `] === THERE && field !== "") {
      const of = kind === "lines" ? parts.lines : parts.misc;
      const line = of.get(key) ?? { key, values: {} };
      of.set(key, { key, values: { ...line.values, [field]: value } });
    }
  }
  return { header: parts.header, lines: [...parts.lines.values()], misc: [...parts.misc.values()] };
}

/** The label of such a field. */
export function labelOf(name: string): string {
  const [kind = "", key = "", field = ""] = name.split(" ");
  if (kind === "header") return headerLabel(field);
  const number = key.replace(/\D+/, "");
  const of = kind === "misc" ? `Distribution ${number}` : key.startsWith("new") ? "New line" : `Line ${number}`;
  return field === "" ? of : `${of}, ${columnHead(field) ?? wordsOf(field)}`;
}

/** A value of such a field as people read it. */
export function shownIn(name: string, value: string): string {
  return showTyped(kindOfField(name.split(" ")[2] ?? ""), value);
}
