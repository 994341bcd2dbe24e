// What people type into a field, by the kind of the field: how it is read, how it is shown, and what is wrong with it.
//
// A field keeps its value as it is sent. What cannot be read stays as it was typed, so that nothing is lost, and the field
// says what is wrong with it.

import { dayWords, readDay, today } from "./dates.ts";
import { amountWords, readMoney } from "./money.ts";

/** `number` is a quantity or a rate, with up to five decimals. `code` is one of the choices of the field. */
export type Kind = "text" | "money" | "number" | "date" | "code";

const NUMBER = /^-?(\d{1,3}(,\d{3})+|\d+)?(\.\d{1,5})?$/;
const WIRE = /^-?\d+(\.\d+)?$/;

function readNumber(typed: string): string | undefined {
  const words = typed.trim().replace("\u2212", "-");
  if (words === "" || words === "-" || !NUMBER.test(words)) return undefined;
  return words.replaceAll(",", "").replace(/^(-?)\./, "$10.");
}

/** The value of what was typed. `before` is the day that `+` and `-` count from. */
export function readTyped(kind: Kind, typed: string, before = ""): string {
  const words = typed.trim();
  if (words === "" || kind === "text" || kind === "code") return words;
  if (kind === "money") return readMoney(words) ?? words;
  if (kind === "number") return readNumber(words) ?? words;
  const from = /^[+-]/.test(words) && isDay(before) ? before : today();
  return readDay(words, from) ?? words;
}

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && readDay(value) === value;
}

/** A value as it is shown while nobody types in its field. */
export function showTyped(kind: Kind, value: string): string {
  if (kind === "money" && WIRE.test(value)) return amountWords(value);
  if (kind === "number" && WIRE.test(value)) return value.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "").replace("-", "\u2212");
  if (kind === "date" && isDay(value)) return dayWords(value);
  return value;
}

/** What is wrong with a value, or undefined. Whether a code is one of the choices is known to its field alone. */
export function faultOf(kind: Kind, value: string): string | undefined {
  if (value === "") return undefined;
  if (kind === "money" && !WIRE.test(value)) return `${value} is not an amount. Write it like 1,045.07, -45.10 or 12*45.`;
  if (kind === "number" && !WIRE.test(value)) return `${value} is not a number. Write it like 2.5.`;
  if (kind === "date" && !isDay(value)) return `${value} is not a date. Write it like 11-29 or 11/29/2026.`;
  return undefined;
}
