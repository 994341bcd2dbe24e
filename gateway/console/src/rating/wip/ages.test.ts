import { expect, test } from "vitest";
import { AGES, ageOf } from "./ages.ts";

test("the ages leave out no day and count none twice", () => {
  for (const day of [0, 7, 8, 30, 31, 60, 61, 400]) {
    const hits = AGES.filter(({ filter }) => day >= (filter.age_from ?? 0) && day <= (filter.age_to ?? 1e9));
    expect(hits).toHaveLength(1);
  }
});

test("an age is found again by the filters of an address", () => {
  for (const age of AGES) expect(ageOf(age.filter)).toBe(age.value);
  expect(ageOf({})).toBeUndefined();
  expect(ageOf({ age_from: 5 })).toBeUndefined();
});
