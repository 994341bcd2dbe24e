import { describe, expect, test } from "vitest";
import { amountWords, centsOf, dollarWords, readMoney, sumOf, wireOf } from "./money.ts";

describe("what people type", () => {
  test.each([
    ["1,045.07", "1045.07"], ["$5", "5.00"], ["(45.10)", "-45.10"], ["45.10-", "-45.10"], ["-45.1", "-45.10"],
    ["\u221245.10", "-45.10"], ["12*45", "540.00"], ["1.5*0.65", "0.98"], [".5", "0.50"], ["0", "0.00"],
    ["999,999,999.99", "999999999.99"], [" 12 ", "12.00"],
  ])("%s is %s", (typed, wire) => expect(readMoney(typed)).toBe(wire));

  test.each(["123,00", "1,23", "1.234", "abc", "", "--5", "1e3", "(5", "2*3*4", "."])("%s is not an amount", (typed) =>
    expect(readMoney(typed)).toBeUndefined(),
  );
});

test("sums are exact where floats are not", () => {
  expect(sumOf(["0.10", "0.20", "-0.05"])).toBe("0.25");
  expect(sumOf(Array.from({ length: 1000 }, () => "0.10"))).toBe("100.00");
  expect(sumOf([])).toBe("0.00");
  expect(sumOf(["90071992547409.91", "0.02"])).toBe("90071992547409.93");
});

test("cents and the wire are the same amount", () => {
  for (const wire of ["0.00", "-0.05", "12.50", "-1045.07"]) expect(wireOf(centsOf(wire))).toBe(wire);
  expect(centsOf("7")).toBe(700n);
  expect(() => centsOf("1,000.00")).toThrow(RangeError);
});

test("people read amounts in groups, with a real minus", () => {
  expect(amountWords("1045.07")).toBe("1,045.07");
  expect(amountWords("-1234567.80")).toBe("\u22121,234,567.80");
  expect(dollarWords("-6.00")).toBe("\u2212$6.00");
});
