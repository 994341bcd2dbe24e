import { expect, test } from "vitest";
import { equationsOf } from "./books.ts";

const rating = { runs: [], differences: [], current: { orders: 3, rated: "100.00", invoiced: "60.10", in_flight: "0.00", waiting: "39.90", credited: "0.00" } };
const receivables = {
  from_month: "2026-11", runs: [], differences: [], closed_months: [],
  accounts: [{ gl_company: 1, account: "1200", sub_ledger: "60.10", general_ledger: "60.00" }],
  totals: { invoices: 1, invoiced: "60.10", adjusted: "0.00", credited: "0.00", written_off: "0.00", open: "60.10", exported: "60.10", debit: "0.00", credit: "0.00", unbilled: "39.90" },
} as unknown as Parameters<typeof equationsOf>[1];

test("what must be equal is compared to the cent", () => {
  const found = equationsOf(rating, receivables);
  expect(found.map((one) => `${one.words} ${one.difference}`)).toEqual(["Rating 0.00", "Account 1200 of GL company 1 0.10", "Invoiced 0.00", "Not invoiced yet 0.00"]);
});

test("a book that cannot be seen is not compared", () => {
  expect(equationsOf(rating, undefined)).toHaveLength(1);
  expect(equationsOf(undefined, receivables).map((one) => one.words)).toEqual(["Account 1200 of GL company 1"]);
  expect(equationsOf(undefined, undefined)).toEqual([]);
});
