// An entry with its defaults filled in, and what it comes to while it is typed.

import { valueOf, type GridColumn, type GridLine, type LineForm } from "../../parts/grid.ts";
import { centsOf, sumOf, wireOf } from "../../parts/money.ts";
import type { Fault } from "../../parts/faults.ts";
import { faultOf } from "../../parts/typed.ts";
import { isQuestion } from "../../parts/LookUp.tsx";
import { headerFields } from "./columns.ts";
import { linesToSend, type Content, type EntryForm } from "./form.ts";

const WIRE = /^-?\d+(\.\d{1,2})?$/;
const RECKONED = new Set(["tax", "retainage_tax", "tax_discount"]);

function amountOf(line: GridLine, form: LineForm | undefined, field: string): string {
  const value = valueOf(line, form, field);
  return WIRE.test(value) ? value : "0.00";
}

export interface Sums {
  net: string;
  tax: string;
  total: string;
}

/** The sums of the lines: what is typed, and the tax as it was last answered. */
export function sumsOf(lines: readonly GridLine[], forms: Readonly<Record<string, LineForm>>): Sums {
  const tax = sumOf(lines.map((line) => amountOf(line, forms[line.key], "tax")));
  const total = sumOf(lines.map((line) => {
    const form = forms[line.key];
    // A line that applies to another has its amount typed with tax.
    if (line.values["apply_line"]) return amountOf(line, form, "amount");
    return sumOf([amountOf(line, form, "net"), amountOf(line, form, "tax")]);
  }));
  return { net: wireOf(centsOf(total) - centsOf(tax)), tax, total };
}

/** The form with what is left out of it, as the suite will fill it in. */
export function filled(form: EntryForm, header: LineForm, lines: Readonly<Record<string, LineForm>>): Content {
  const withDefaults = (values: Readonly<Record<string, string>>, known: LineForm | undefined, skip: ReadonlySet<string>) => ({
    ...Object.fromEntries(Object.entries(known ?? {}).flatMap(([field, cell]) => (skip.has(field) ? [] : [[field, cell.default]]))), ...values,
  });
  const left = (line: GridLine) => new Set([...RECKONED, line.values["apply_line"] ? "net" : "amount"]);
  return {
    header: withDefaults(form.header, header, new Set()),
    lines: linesToSend(form).map((line) => ({ key: line.key, values: withDefaults(line.values, lines[line.key], left(line)) })),
    misc: form.misc,
  };
}

/** What cannot be sent, because it cannot be read: amounts, days, and what is still looked for. */
export function unreadable(form: EntryForm, columns: readonly GridColumn[], misc: readonly GridColumn[]): Fault[] {
  const ofHeader = headerFields(form.header).flatMap(({ field, kind }) => {
    const value = form.header[field] ?? "";
    const detail = isQuestion(value) ? `${value.slice(1)} was not found` : faultOf(kind, value);
    return detail === undefined ? [] : [{ pointer: `/${field}`, detail }];
  });
  const ofLines = (part: string, lines: readonly GridLine[], all: readonly GridColumn[]) =>
    lines.flatMap((line, place) =>
      all.flatMap(({ field, kind }) => {
        const detail = faultOf(kind, line.values[field] ?? "");
        return detail === undefined ? [] : [{ pointer: `/${part}/${place}/${field}`, detail }];
      }));
  return [...ofHeader, ...ofLines("lines", linesToSend(form), columns), ...ofLines("misc_distributions", form.misc, misc)];
}
