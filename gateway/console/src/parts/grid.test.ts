import { expect, test } from "vitest";
import { cellOf, isUntouched, type GridColumn, type LineForm } from "./grid.ts";

const UNITS: GridColumn = { field: "units", head: "Units", width: 80, kind: "number" };
const ACCOUNT: GridColumn = { field: "gl_account", head: "GL", width: 80, kind: "code", choices: [{ code: "4000", name: "Fees" }] };
const CLOSED: LineForm = { units: { open: false, reason: "only a material line has units", required: false, default: "0.000" } };

function line(values: Record<string, string>) {
  return { key: "a", values };
}

test("a closed cell has its default and says why", () => {
  expect(cellOf(UNITS, line({}), CLOSED, undefined)).toEqual({ value: "", closed: "only a material line has units", fault: undefined });
  expect(cellOf(UNITS, line({ units: "0" }), CLOSED, undefined).closed).toBe("only a material line has units");
});

test("what was typed before the cell was known to be closed stays in sight and can be removed", () => {
  expect(cellOf(UNITS, line({ units: "12" }), CLOSED, undefined)).toEqual({
    value: "12", closed: undefined, fault: "only a material line has units; remove 12",
  });
  expect(cellOf(UNITS, line({ units: "12" }), undefined, undefined).fault).toBeUndefined();
});

test("what the suite says about a cell comes before what the cell knows", () => {
  expect(cellOf(ACCOUNT, line({ gl_account: "9" }), undefined, undefined).fault).toContain("F4");
  expect(cellOf(ACCOUNT, line({ gl_account: "9" }), undefined, "is reserved").fault).toBe("is reserved");
});

test("a line is untouched until something is typed in it", () => {
  expect(isUntouched(line({}))).toBe(true);
  expect(isUntouched(line({ net: "" }))).toBe(true);
  expect(isUntouched(line({ net: "1.00" }))).toBe(false);
});
