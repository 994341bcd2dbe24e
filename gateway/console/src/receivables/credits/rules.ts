// What a clerk chooses to credit of an invoice, and the request that comes of it. Nothing here knows the server.

import type { Schema } from "../../api/calls.ts";
import { centsOf, readMoney, sumOf } from "../../parts/money.ts";

export type Disposition = "rerate" | "close";

export interface CreditForm {
  /** What is credited of each line, by its number, as it is sent or as it was typed. A line without an amount is left alone. */
  amounts: Readonly<Record<number, string>>;
  reason: string;
  disposition: Disposition | "";
  creditDate: string;
  month: string;
}

export const EMPTY: CreditForm = { amounts: {}, reason: "", disposition: "", creditDate: "", month: "" };

interface Line {
  line: number;
  remaining: string;
}

/** The place of a line's amount in the form. */
export function placeOf(line: number): string {
  return `/lines/${line}`;
}

/** What can be credited of a line: what is left of it, without its sign. */
export function mostOf(line: Line): string {
  return line.remaining.replace("-", "");
}

/** The form with everything that is left of these lines; with nothing of them, if everything was chosen before. */
export function toggled(form: CreditForm, lines: readonly Line[]): CreditForm {
  const open = lines.filter((line) => line.remaining !== "0.00");
  const whole = open.every((line) => form.amounts[line.line] === mostOf(line));
  const amounts = { ...form.amounts };
  for (const line of open) {
    if (whole) delete amounts[line.line];
    else amounts[line.line] = mostOf(line);
  }
  return { ...form, amounts };
}

/** The lines with an amount; those whose amount cannot be read are left to the field, which says so. */
export function chosen(form: CreditForm): { line: number; amount: string }[] {
  return Object.entries(form.amounts)
    .filter(([, amount]) => readMoney(amount) !== undefined && centsOf(readMoney(amount) ?? "0.00") !== 0n)
    .map(([line, amount]) => ({ line: Number(line), amount: readMoney(amount) ?? amount }));
}

/** Whether there is an amount that cannot be read. */
export function unreadable(form: CreditForm): boolean {
  return Object.values(form.amounts).some((amount) => amount !== "" && readMoney(amount) === undefined);
}

/** What is credited: what lines below zero give back counts the other way. */
export function total(form: CreditForm, lines: readonly Line[]): string {
  const below = new Set(lines.filter((line) => line.remaining.startsWith("-")).map((line) => line.line));
  return sumOf(chosen(form).map(({ line, amount }) => (below.has(line) ? `-${amount}` : amount)));
}

/** The request for a credit. Everything that is left needs no lines: then nothing is lost that was added meanwhile. */
export function requestOf(form: CreditForm, lines: readonly Line[]): Schema<"CreditEntry"> {
  const picked = chosen(form);
  const open = lines.filter((line) => line.remaining !== "0.00");
  const whole = picked.length === open.length && open.every((line) => form.amounts[line.line] === mostOf(line));
  return {
    reason: form.reason.trim(),
    ...(whole ? {} : { lines: picked }),
    ...(form.disposition === "" ? {} : { disposition: form.disposition }),
    ...(form.creditDate === "" ? {} : { credit_date: form.creditDate }),
    ...(form.month === "" ? {} : { month: form.month }),
  };
}
