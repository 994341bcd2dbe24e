import { expect, test } from "vitest";
import { criteriaOf, whyNotTried } from "./criteria.ts";

const BALANCE = { kind: "invoice_balance", ar_company: "1", older_than: "2026-11-01", limit: "5.00" };

test("balances need an age and a limit, charges an amount or a percentage", () => {
  expect(whyNotTried(BALANCE)).toBeUndefined();
  expect(whyNotTried({ ...BALANCE, older_than: "" })).toContain("how old");
  expect(whyNotTried({ ...BALANCE, limit: "" })).toContain("up to which balance");
  expect(whyNotTried({ ...BALANCE, limit: "1,2" })).toContain("not an amount");
  const charges = { kind: "finance_charges", ar_company: "1", older_than_days: "90" };
  expect(whyNotTried(charges)).toContain("An amount of 0");
  expect(whyNotTried({ ...charges, amount: "0.00" })).toBeUndefined();
});

test("only what belongs to the kind is sent, and lists are read from words", () => {
  expect(criteriaOf({ ...BALANCE, amount: "7.00", percent: "50", customers: "S1001, S1002;S1003", receivable_types: "1 2" })).toMatchObject({
    kind: "invoice_balance", ar_company: 1, limit: "5.00", amount: null, percent: null, customers: ["S1001", "S1002", "S1003"], receivable_types: [1, 2], contracts: null,
  });
  expect(criteriaOf({ kind: "finance_charges", ar_company: "1", limit: "5.00", percent: "50", spread: "from_line_1" })).toMatchObject({
    limit: null, percent: "50", spread: "from_line_1",
  });
});
