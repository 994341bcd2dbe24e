import { expect, test } from "vitest";
import { opened } from "./recent.ts";

test("what was opened last is first, and each record is in the list once", () => {
  const one = { path: "/work-orders/1", title: "Work order W1" };
  const two = { path: "/exports/2", title: "Export 2" };
  expect(opened([], one)).toEqual([one]);
  expect(opened([two, one], one)).toEqual([one, two]);
  const before = [one, two];
  expect(opened(before, one)).toBe(before);
  expect(opened(before, { ...two, title: "Export 2, done" })).toEqual([{ ...two, title: "Export 2, done" }, one]);
  const many = Array.from({ length: 12 }, (_, place) => ({ path: `/${place}`, title: "" }));
  expect(opened(many, one)).toHaveLength(12);
});
