import { expect, test } from "vitest";
import type { Schema } from "../../api/calls.ts";
import { commissionWords, itemsOf, priceWords, ratesOf, rateWords, withRates } from "./rules.ts";

const LINE: Schema<"ShownLine"> = {
  billing_item: "Service of process", mode: "default", bill_type: null, method: "flat", rate: "80.00000", included_units: "0", quantity_source: "ONE", unit_size: "1",
  whole_units: false, times_source: null, steps: [], zones: [], base: [], minimum: null, maximum: null, comment: "", commission_method: null, commission_rate: null,
  position: 1, income_account: "4000", taxable: false, fee_advance: false,
};
const PROFILE: Schema<"ShownProfile"> = {
  id: 1, branch: "SAT", customer_type: "LAW", priority: "STANDARD", job_type: "CITATION", region: "BEXAR", effective_from: "2016-05-01", effective_to: null,
  source: "", changed_by: null, changed_at: null, lines: [LINE, { ...LINE, position: 2, billing_item: "Mileage", method: "per_unit", rate: "0.72500", quantity_source: "miles" }],
};

test("rates are shown with the decimals that they have, but at least two", () => {
  expect(["80.00000", "0.72500", "1250.5", "-10"].map(rateWords)).toEqual(["80.00", "0.725", "1,250.50", "\u221210.00"]);
});

test("the matrix shows each kind of price in few words", () => {
  expect(PROFILE.lines.map(priceWords)).toEqual(["80.00", "0.725 / miles"]);
  expect(priceWords({ ...LINE, method: "percent_of", rate: "10.00000" })).toBe("10 %");
  expect(priceWords({ ...LINE, method: "multiplier", rate: "2" })).toBe("× 2");
});

test("what servers earn is a percentage, an amount, or their own", () => {
  expect(commissionWords({ commission_method: "percent", commission_rate: "12.50000" })).toBe("12.5 %");
  expect(commissionWords({ commission_method: "flat", commission_rate: "25.00000" })).toBe("25.00");
  expect(commissionWords({ commission_method: "server", commission_rate: null })).toBe("the server's own");
  expect(commissionWords({ commission_method: null, commission_rate: null })).toBe("");
});

test("the columns of the matrix are the items that most profiles charge first", () => {
  expect(itemsOf([PROFILE, { ...PROFILE, lines: [{ ...LINE, billing_item: "Mileage" }] }])).toEqual(["Mileage", "Service of process"]);
});

test("a profile is saved with its changed rates, and without what only is shown", () => {
  expect(ratesOf(PROFILE)).toEqual({ 1: "80.00000", 2: "0.72500" });
  const saved = withRates(PROFILE, { 1: "85" });
  expect(saved.lines.map((line) => line.rate)).toEqual(["85", "0.72500"]);
  expect(saved).not.toHaveProperty("id");
  expect(saved.lines[0]).not.toHaveProperty("income_account");
});
