import { expect, test } from "vitest";
import { sharesOf } from "./Sums.tsx";

test("the largest sum has the whole bar, whatever its sign, and nothing is divided by nothing", () => {
  expect(sharesOf(["50.00", "-100.00", "0.00"])).toEqual([50, 100, 0]);
  expect(sharesOf(["0.00"])).toEqual([0]);
  expect(sharesOf([])).toEqual([]);
});
