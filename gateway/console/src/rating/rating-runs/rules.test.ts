import { expect, test } from "vitest";
import { failuresOf, partsOf } from "./rules.ts";

const outcome = (name: string, orders: number) => ({ outcome: name, orders, zero_totals: 0, total: "0.00" });

test("the parts of a run add up to its orders while it runs", () => {
  const run = { orders: 1000, rated: 600, failed: 15, outcomes: [] };
  expect(partsOf(run).map((part) => part.count)).toEqual([600, 15, 385]);
});

test("the failures of a run are its reasons, not what was rated, skipped or waits", () => {
  const outcomes = [outcome("RATED", 5), outcome("WAITING", 1), outcome("SKIPPED", 1), outcome("NO_PROFILE", 2), outcome("REGION_REQUIRED", 0)];
  expect(failuresOf({ outcomes }).map((one) => one.outcome)).toEqual(["NO_PROFILE"]);
});
