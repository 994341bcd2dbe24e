import { expect, test } from "vitest";
import type { Schema } from "../../api/calls.ts";
import { causesOf, firstDay } from "./rules.ts";

const KEY = { branch: "SAT", customer_type: "LAW", priority: "SPECIAL", job_type: "CITATION", region: "BEXAR" };

function gap(changes: Partial<Schema<"Gap">>): Schema<"Gap"> {
  return { reason: "NO_PROFILE", ...KEY, served_zip: null, service_from: "2026-11-02", service_to: "2026-11-03", orders: 1, example: "W1", nearest: [], ...changes };
}

function near(id: number, key: Partial<Schema<"Key">>, differs: string[]): Schema<"NearProfile"> {
  return { profile_id: id, key: { ...KEY, ...key }, differs };
}

test("gaps that the same missing value makes are one cause, with the profiles to copy for all of them", () => {
  const [cause, ...others] = causesOf([
    gap({ orders: 4, nearest: [near(1, { priority: "STANDARD" }, ["priority"]), near(2, { priority: "RUSH" }, ["priority"])] }),
    gap({ orders: 2, job_type: "SUBPOENA", nearest: [near(7, { priority: "STANDARD", job_type: "SUBPOENA" }, ["priority"])] }),
  ]);
  expect(others).toEqual([]);
  expect(cause?.orders).toBe(6);
  expect(cause?.values).toEqual({ priority: "SPECIAL" });
  // Rush is no choice: there is no Rush for subpoenas.
  expect(cause?.patterns.map(({ values, profiles }) => [values, profiles.map((one) => one.profile_id)])).toEqual([[{ priority: "STANDARD" }, [1, 7]]]);
});

test("a ZIP without a region is one cause in all branches and for all kinds of orders", () => {
  const zip = { reason: "REGION_REQUIRED" as const, region: null, served_zip: "10007" };
  const causes = causesOf([gap({ ...zip, orders: 2 }), gap({ ...zip, branch: "MIA", job_type: "SUMMONS" }), gap({ ...zip, served_zip: "10008" })]);
  expect(causes.map(({ values, orders }) => [values, orders])).toEqual([[{ served_zip: "10007" }, 3], [{ served_zip: "10008" }, 1]]);
});

test("other branches, other values and gaps without anything near are causes of their own, most orders first", () => {
  const causes = causesOf([
    gap({ nearest: [near(1, { priority: "STANDARD" }, ["priority"])] }),
    gap({ branch: "LAX", orders: 3, nearest: [near(2, { branch: "LAX", priority: "STANDARD" }, ["priority"])] }),
    gap({ nearest: [near(1, { region: "TX_OTHER" }, ["region"])] }),
    gap({ job_type: "LEVY", orders: 2 }),
  ]);
  expect(causes.map(({ orders, gaps, patterns }) => [orders, gaps[0]?.branch, patterns.length])).toEqual([[3, "LAX", 1], [2, "SAT", 0], [1, "SAT", 1], [1, "SAT", 1]]);
});

test("a fix begins with the first day on which an order needs it", () => {
  expect(firstDay([gap({ service_from: "2026-11-02" }), gap({ service_from: "2026-10-06" })])).toBe("2026-10-06");
});
