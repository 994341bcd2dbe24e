import { expect, test } from "vitest";
import { choiceOf, offered, type Choice } from "./choices.ts";

const TYPES: readonly Choice[] = [
  { code: "contract", name: "Contract" }, { code: "material", name: "Material" }, { code: "other", name: "Other" },
  { code: "old", name: "Old one", retired: true },
];
const ACCOUNTS: readonly Choice[] = [
  { code: "4000", name: "Fees" }, { code: "4010", name: "Fees, Miami" }, { code: "4100", name: "Mileage fees" }, { code: "40", name: "Revenue" },
];

test.each([["M", "material"], ["o", "other"], ["OTHER", "other"], ["old", "old"], ["x", undefined], ["", undefined]])("%s means %s", (typed, code) =>
  expect(choiceOf(TYPES, typed)?.code).toBe(code),
);

test("a whole code wins over those that begin with it, and two that begin with it are no choice", () => {
  expect(choiceOf(ACCOUNTS, "40")?.code).toBe("40");
  expect(choiceOf(ACCOUNTS, "fees")?.code).toBeUndefined();
  expect(choiceOf(ACCOUNTS, "mil")?.code).toBe("4100");
});

test("what was used last comes first, and what begins with the words comes before what contains them", () => {
  expect(offered(ACCOUNTS, "", ["4100"]).map(({ code }) => code)).toEqual(["4100", "4000", "4010", "40"]);
  expect(offered(ACCOUNTS, "fee", ["4100"]).map(({ code }) => code)).toEqual(["4000", "4010", "4100"]);
  expect(offered(TYPES, "o", []).map(({ code }) => code)).toEqual(["other", "contract"]);
});
