import { expect, test } from "vitest";
import { arranged, AS_MADE, moved, shown, toggled } from "./columns.ts";

const COLUMNS = [{ field: "number", pin: "left" as const }, { field: "case" }, { field: "due" }, { field: "served" }, { field: "total", pin: "right" as const }];
const fields = (columns: readonly { field: string }[]) => columns.map((column) => column.field).join(" ");

test("columns are as made until somebody chooses", () => {
  expect(fields(shown(COLUMNS, AS_MADE))).toBe("number case due served total");
});

test("a hidden column goes and comes back, and a pinned one stays", () => {
  const without = toggled(AS_MADE, "due");
  expect(fields(shown(COLUMNS, without))).toBe("number case served total");
  expect(fields(shown(COLUMNS, toggled(without, "due")))).toBe("number case due served total");
  expect(fields(shown(COLUMNS, toggled(AS_MADE, "total")))).toBe("number case due served total");
});

test("a moved column changes places with its neighbor", () => {
  const first = moved(COLUMNS, AS_MADE, "due", -1);
  expect(fields(arranged(COLUMNS, first))).toBe("number due case served total");
  expect(moved(COLUMNS, first, "due", -1)).toBe(first);
  expect(fields(arranged(COLUMNS, moved(COLUMNS, first, "case", 1)))).toBe("number due served case total");
});

test("a column that is new since the choice comes after the others, and one that is gone is nowhere", () => {
  expect(fields(shown(COLUMNS, { hidden: ["gone"], order: ["served", "gone", "due"] }))).toBe("number served due case total");
});
