import { expect, test } from "vitest";
import { changesBetween, codesOf, effectOf, grantsOf, grantWords, limitWords, NO_LIMITS, reachOf, rowsOf, type Grant } from "./matrix.ts";

const FEATURES = [
  { module: "rating", feature: "rating.export", label: "Export" }, { module: "rating", feature: "rating.wip", label: "Work in progress" },
];
const grant = (feature: string, level: Grant["level"], branches: string[] = []): Grant => ({ feature, level, branches, customers: [], ar_companies: [] });

test("rows and grants are the same thing", () => {
  const grants = [grant("rating.export", "view"), grant("rating.export", "edit", ["MIA"])];
  const rows = rowsOf(FEATURES, grants);
  expect(rows.map((row) => `${row.feature} ${row.level}`)).toEqual(["rating.export view", "rating.export edit", "rating.wip none"]);
  expect(grantsOf(rows)).toEqual(grants);
  expect(grantWords(rows, "rating.export")).toBe("view + edit, branches MIA");
});

test("changes are those of features, with their limits", () => {
  const before = rowsOf(FEATURES, [grant("rating.export", "edit")]);
  const after = rowsOf(FEATURES, [grant("rating.export", "edit", ["MIA", "SAT"]), grant("rating.wip", "view")]);
  expect(changesBetween(before, after)).toEqual([
    { feature: "rating.export", label: "Export", from: "edit", to: "edit, branches MIA, SAT" },
    { feature: "rating.wip", label: "Work in progress", from: "none", to: "view" },
  ]);
  expect(changesBetween(before, before)).toEqual([]);
  expect(limitWords({ ...NO_LIMITS, customers: ["S1"], ar_companies: [2] })).toBe("customers S1; companies 2");
});

test("who has it from another group as well loses nothing", () => {
  const before = [grant("rating.export", "approve")];
  expect(effectOf(before, [], [])).toEqual({ loses: ["rating.export"], gains: [] });
  expect(effectOf(before, [], [grant("rating.export", "approve")])).toEqual({ loses: [], gains: [] });
  expect(effectOf(before, [grant("rating.export", "admin")], [])).toEqual({ loses: [], gains: ["rating.export"] });
});

test("a limit is less than none at the same level", () => {
  expect(effectOf([grant("rating.wip", "view")], [grant("rating.wip", "view", ["MIA"])], [])).toEqual({ loses: ["rating.wip"], gains: [] });
  expect(reachOf([grant("rating.wip", "view", ["MIA"]), grant("rating.wip", "view")]).get("rating.wip")).toEqual({ level: "view", limited: false });
  expect(reachOf([grant("rating.wip", "edit", ["MIA"]), grant("rating.wip", "view")]).get("rating.wip")).toEqual({ level: "edit", limited: true });
});

test("codes are typed with commas or spaces", () => expect(codesOf(" MIA, SAT  MIA;")).toEqual(["MIA", "SAT"]));
