import { expect, test } from "vitest";
import type { Field, Kind } from "./records.ts";
import { bodyOf, formOf, keyOf, nameOf, pathOf, valueOf } from "./rules.ts";

const field = (name: string, kind: Field["kind"], more: Partial<Field> = {}): Field => ({ name, kind, about: "", required: false, nullable: false, ...more });
const FIELDS = [field("code", "text", { required: true }), field("net_days", "number", { nullable: true }), field("taxable", "flag"), field("zips", "codes"), field("retired_on", "date", { nullable: true })];

test("a record becomes a form and the same record again", () => {
  const record = { code: "N30", net_days: 30, taxable: true, zips: ["78201", "78202"], retired_on: null };
  const form = formOf(FIELDS, record);
  expect(form).toEqual({ code: "N30", net_days: "30", taxable: "true", zips: "78201, 78202", retired_on: "" });
  expect(bodyOf(FIELDS, form)).toEqual(record);
  expect(bodyOf(FIELDS, { ...form, net_days: "" }, form)).toEqual({ net_days: null });
});

test("a new record has what the document says", () => {
  expect(formOf([field("taxable", "flag", { initial: true }), field("code", "text")], undefined)).toEqual({ taxable: "true", code: "" });
});

test("what is missing or wrong is for the suite to say", () => {
  expect(valueOf(field("code", "text", { required: true }), "")).toBeUndefined();
  expect(valueOf(field("note", "text"), "")).toBe("");
  expect(valueOf(field("days", "number"), "many")).toBe("many");
});

test("a key can have several parts", () => {
  const kind = { keys: [{ parameter: "ar_company", field: "ar_company" }, { parameter: "code", field: "code" }], one: "/t/{ar_company}/{code}" } as unknown as Kind;
  const record = { ar_company: 1, code: "2/10", description: "Two in ten" };
  expect(keyOf(kind, record)).toBe("1/2%2F10");
  expect(pathOf(kind, "1/2%2F10")).toBe("/t/1/2%2F10");
  expect(nameOf(kind, record)).toBe("1 / 2/10 Two in ten");
});
