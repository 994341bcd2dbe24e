// Where in the form of an entry something is: the fields of faults, and the cells of findings.

import type { GridColumn } from "../../parts/grid.ts";
import { idOfPlace } from "../../parts/TypedField.tsx";
import { headerFields, headerLabel } from "./columns.ts";
import { linesToSend, miscToSend, type EntryForm } from "./form.ts";

export type FieldOf = (pointer: string) => { id: string; label: string } | undefined;

/** The field that a pointer into the sent entry means. */
export function placesOf(form: EntryForm, columns: readonly GridColumn[], misc: readonly GridColumn[]): FieldOf {
  return (pointer) => {
    const [, part = "", index, field] = pointer.split("/");
    if (part !== "lines" && part !== "misc_distributions") {
      const known = headerFields(form.header).some((one) => one.field === part);
      return known && index === undefined ? { id: idOfPlace(`/${part}`), label: headerLabel(part) } : undefined;
    }
    const [line, all, shown] = part === "lines" ? [linesToSend(form)[Number(index)], form.lines, columns] : [miscToSend(form)[Number(index)], form.misc, misc];
    const column = shown.find((one) => one.field === field);
    if (line === undefined || column === undefined) return undefined;
    return { id: `cell-${line.key}-${column.field}`, label: `${part === "lines" ? "Line" : "Distribution"} ${all.indexOf(line) + 1}, ${column.head}` };
  };
}

/** Puts the focus to a place: `first line`, a field of the header, or `lines/3/net`, where 3 is the number of a saved line. */
export function focusAt(at: string, form: EntryForm): void {
  if (at === "first line") {
    document.querySelector<HTMLInputElement>("[role=tabpanel] tbody input:not([readonly])")?.focus();
    return;
  }
  const [part = "", number, field] = at.split("/");
  if (field === undefined) document.getElementById(idOfPlace(`/${part}`))?.focus();
  else {
    const key = Object.entries(form.numbers).find(([, one]) => String(one) === number)?.[0];
    const row = document.querySelector(`tr[data-key="${key}"]`);
    (row?.querySelector<HTMLInputElement>(`input[data-field="${field}"]`) ?? row?.querySelector("input"))?.focus();
  }
}
