// A record as a form, and a form as what is sent: fields are texts while somebody types.

import type { Fields } from "../parts/merge.ts";
import type { Field, Kind } from "./records.ts";

export type Values = Readonly<Record<string, unknown>>;

/** A value as it is typed. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** What is sent for a text; undefined leaves the field out, so that the suite says that it is missing. */
export function valueOf(field: Field, text: string): unknown {
  if (field.kind === "flag") return text === "true";
  if (field.kind === "codes") return text.split(/[\s,;]+/).filter((code) => code !== "");
  if (text === "") return field.nullable ? null : field.kind === "text" && !field.required ? "" : undefined;
  // What is no number is sent as it was typed: the refusal names the field.
  return field.kind === "number" && /^-?\d+$/.test(text) ? Number(text) : text;
}

/** The form of a record, or of a new one. */
export function formOf(fields: readonly Field[], record: Values | undefined): Fields {
  return Object.fromEntries(fields.map(({ name, kind, initial }) => {
    const text = textOf(record === undefined ? initial : record[name]);
    return [name, kind === "flag" && text === "" ? "false" : text];
  }));
}

/** What a form sends: all fields, or with `base` only those that differ from it. */
export function bodyOf(fields: readonly Field[], form: Fields, base?: Fields): Values {
  const sent = fields.filter(({ name }) => base === undefined || form[name] !== base[name]);
  return Object.fromEntries(sent.map((field) => [field.name, valueOf(field, form[field.name] ?? "")]).filter(([, value]) => value !== undefined));
}

/** The part of an address that identifies a record, such as `1/N30`. */
export function keyOf(kind: Kind, record: Values): string {
  return kind.keys.map(({ field }) => encodeURIComponent(textOf(record[field]))).join("/");
}

/** The key of an address that the router has decoded, or has not. */
export function encodedKey(key: string): string {
  return key.split("/").map((part) => encodeURIComponent(decodeURIComponent(part))).join("/");
}

/** The path of one record by the part of the address. */
export function pathOf(kind: Kind, key: string): string {
  const parts = key.split("/");
  return kind.keys.reduce((path, { parameter }, place) => path.replace(`{${parameter}}`, parts[place] ?? ""), kind.one);
}

/** What a record is called: its code or number, and its name. */
export function nameOf(kind: Kind, record: Values): string {
  const keys = kind.keys.map(({ field }) => (field === "id" ? record["number"] ?? record["id"] : record[field])).map(textOf);
  const name = textOf(record["name"] ?? record["description"]);
  return keys.includes(name) || name === "" ? keys.join(" / ") : `${keys.join(" / ")} ${name}`;
}
