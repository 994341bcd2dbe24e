import { expect, test } from "vitest";
import { differences, merged } from "../../parts/merge.ts";
import { besides, flat, labelOf, shownIn, unflat } from "./conflict.ts";
import { afterSave, bodyOf, changed, emptyForm, formOf, isChanged, lineBody, type EntryRead } from "./form.ts";

const LINE = {
  line: 3, line_type: "other", apply_line: null, description: "Service", gl_account: "4000", contract_item: null, contract_units: "0.000", material: null,
  um: null, units: "0.000", unit_price: "0.00000", tax_code: null, tax_basis: "0.00", tax: "8.27", amount: "108.52", retainage_percent: "0.00",
  retainage: "0.00", retainage_tax: "0.00", finance_charge: "0.00", discount: "0.00", tax_discount: "0.00", work_order_number: null,
} as const;
const ENTRY = {
  seq: 1, type: "invoice", customer: "S1001", apply_to_id: null, contract: null, invoice_number: null, receivable_type: 1, description: "November",
  purchase_order: "", invoice_date: "2026-11-29", pay_terms: "NET30", due_on: "2026-12-29", discount_on: null, disposition: null, reason: "",
  revision: 4, lines: [LINE], misc_distributions: [{ row: 1, code: "CITY", description: "", distributed_on: "2026-11-29", amount: "1.20" }],
} as unknown as EntryRead;

test("an entry that nobody changes is sent as it was read", () => {
  const form = formOf(ENTRY);
  expect(isChanged(form)).toBe(false);
  const body = bodyOf(form);
  expect(body).toMatchObject({ type: "invoice", customer: "S1001", contract: null, receivable_type: 1, pay_terms: "NET30", discount_on: null });
  expect(body.lines).toMatchObject([{ line: 3, net: "100.25", gl_account: "4000", tax_code: null }]);
  // What is calculated is not sent.
  expect(body.lines?.[0]).not.toHaveProperty("amount");
  expect(body.lines?.[0]).not.toHaveProperty("tax");
  expect(body.misc_distributions).toEqual([{ code: "CITY", distributed_on: "2026-11-29", amount: "1.20" }]);
});

test("a credit is typed positive, and a line that applies to another has its amount with tax", () => {
  const credit = { ...ENTRY, type: "credit_memo", apply_to_id: 7, lines: [{ ...LINE, apply_line: 1, amount: "-108.52", tax: "-8.27", retainage: "-5.00" }] };
  const [line] = bodyOf(formOf(credit as unknown as EntryRead)).lines ?? [];
  expect(line).toMatchObject({ apply_line: 1, amount: "108.52", retainage: "5.00" });
  expect(line).not.toHaveProperty("net");
});

test("a new entry sends what was typed, and no line in which nothing was", () => {
  const form = emptyForm();
  expect(bodyOf(form)).toEqual({ lines: [], misc_distributions: [] });
  const typed = { ...form, header: { customer: "S1002", pay_terms: "" }, lines: [...form.lines, { key: "new2", values: { net: "5.00", description: "" } }] };
  expect(bodyOf(typed)).toEqual({ customer: "S1002", pay_terms: null, lines: [{ net: "5.00" }], misc_distributions: [] });
  expect(isChanged(typed)).toBe(true);
});

test("a tax code can be taken out of a line", () => {
  expect(lineBody({ key: "new1", values: { net: "5.00", tax_code: "" } })).toEqual({ net: "5.00", tax_code: null });
});

test("a change lets the fields that follow have their defaults again", () => {
  expect(changed({ units: "2", net: "5.00", description: "x" }, "units", "3", ["net"])).toEqual({ units: "3", description: "x" });
  expect(changed({ due_on: "2026-12-01" }, "due_on", undefined, [])).toEqual({});
});

test("lines keep their keys when they are saved, and what was typed meanwhile stays", () => {
  const sent = { ...formOf(ENTRY), lines: [...formOf(ENTRY).lines, { key: "new1", values: { net: "5.00" } }, { key: "new2", values: {} }] };
  const saved = { ...ENTRY, revision: 5, lines: [LINE, { ...LINE, line: 4, amount: "5.00", tax: "0.00" }] } as EntryRead;
  const same = afterSave(sent, sent, saved);
  expect(same.lines.map(({ key }) => key)).toEqual(["line3", "new1"]);
  expect(same.numbers).toEqual({ line3: 3, new1: 4 });
  expect(isChanged(same)).toBe(false);
  const typed = { ...sent, lines: [sent.lines[0], { key: "new1", values: { net: "6.00" } }, { key: "new2", values: { net: "7.00" } }] as typeof sent.lines };
  const after = afterSave(sent, typed, saved);
  expect(bodyOf(after).lines).toMatchObject([{ line: 3, net: "100.25" }, { line: 4, net: "6.00", gl_account: "4000" }, { net: "7.00" }]);
  expect(after.revision).toBe(5);
});

test("a line that they removed and you changed is a line of yours", () => {
  const base = formOf(ENTRY);
  const yours = { ...base, lines: [{ key: "line3", values: { ...base.lines[0]?.values, net: "9.00" } }] };
  expect(besides(base, { ...base, lines: [] }, yours).lines.map(({ key }) => key)).toEqual(["new-line3"]);
  expect(besides(base, { ...base, lines: [] }, base).lines.map(({ key }) => key)).toEqual(["line3"]);
});

test("two versions are put together line by line", () => {
  const base = formOf(ENTRY);
  expect(unflat(flat(base)).lines[0]?.values).toMatchObject({ net: "100.25", gl_account: "4000" });
  const theirs = { ...base, lines: [], header: { ...base.header, description: "Theirs" } };
  const yours = { ...base, lines: [...base.lines, { key: "new1", values: { net: "1.00" } }], header: { ...base.header, reason: "Yours" } };
  const [was, is, typed] = [flat(base), flat(theirs), flat(yours)];
  expect(differences(was, is, typed).some(({ both }) => both)).toBe(false);
  const all = unflat(merged(was, is, typed, new Set()));
  expect(all.header).toMatchObject({ description: "Theirs", reason: "Yours" });
  expect(all.lines).toEqual([{ key: "new1", values: { net: "1" } }]);
  expect(labelOf("lines line3 net")).toBe("Line 3, Net");
  expect(labelOf("lines new1 ")).toBe("New line");
  expect(labelOf("header  due_on")).toBe("Due");
  expect(shownIn("lines line3 net", "20")).toBe("20.00");
});
