// What a grid of lines is made of: its columns, its lines, and what can be typed in each cell.

import type { Choice } from "./choices.ts";
import { faultOf, type Kind } from "./typed.ts";

export interface GridColumn {
  field: string;
  head: string;
  width: number;
  kind: Kind;
  /** The choices of a `code`. */
  choices?: readonly Choice[];
  /** The name under which the codes used last are kept. */
  recent?: string;
}

export interface GridLine {
  /** Names the line for as long as the grid is shown. */
  key: string;
  /** What was typed, by field. */
  values: Readonly<Record<string, string>>;
}

export interface CellForm {
  open: boolean;
  /** Why it is closed. */
  reason: string | null;
  required: boolean;
  /** What it has if nothing is typed. */
  default: string;
}

/** The cells of a line, by field. The same object for as long as nothing about them changes. */
export type LineForm = Readonly<Record<string, CellForm>>;

/** What is wrong in a line, by field. */
export type LineFaults = Readonly<Record<string, string>>;

/** What a cell has: what was typed, or its default. */
export function valueOf(line: GridLine, form: LineForm | undefined, field: string): string {
  return line.values[field] ?? form?.[field]?.default ?? "";
}

function isSame(kind: Kind, one: string, other: string): boolean {
  const amounts = kind === "money" || kind === "number";
  return one === other || (amounts && one !== "" && other !== "" && Number(one) === Number(other));
}

/** Whether nothing has been typed in a line. */
export function isUntouched(line: GridLine): boolean {
  return Object.values(line.values).every((value) => value === "");
}

export interface Cell {
  value: string;
  /** Why nothing can be typed in it. */
  closed: string | undefined;
  fault: string | undefined;
}

/**
 * A cell of a line. `given` is what the suite has said is wrong with it.
 *
 * What was typed before it was known that the cell is closed is never hidden: the cell stays open, and says why it should be
 * empty.
 */
export function cellOf(column: GridColumn, line: GridLine, form: LineForm | undefined, given: string | undefined): Cell {
  const cell = form?.[column.field];
  const value = valueOf(line, form, column.field);
  const closed = cell === undefined || cell.open ? undefined : (cell.reason ?? "This is closed.");
  if (given !== undefined || closed === undefined) return { value, closed, fault: given ?? ownFault(column, value) };
  const typed = line.values[column.field] ?? "";
  const fixed = cell?.default ?? "";
  // A quantity that there cannot be is not shown as 0.
  if (typed === "" || isSame(column.kind, typed, fixed)) return { value: column.kind === "number" && Number(fixed) === 0 ? "" : fixed, closed, fault: undefined };
  return { value, closed: undefined, fault: `${closed}; remove ${typed}` };
}

function ownFault(column: GridColumn, value: string): string | undefined {
  if (column.kind === "code" && value !== "" && column.choices !== undefined && !column.choices.some((choice) => choice.code === value)) {
    return `${value} is not one of the choices. Press F4 to see them.`;
  }
  return faultOf(column.kind, value);
}
