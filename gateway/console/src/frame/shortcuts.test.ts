import { expect, test } from "vitest";
import { shortcutOf } from "./shortcuts.ts";

const key = (key: string, more: object = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });
const HERE = { waiting: false, typing: false, off: false };

test("keys open the palette and the help, and lead to pages", () => {
  expect(shortcutOf(key("k", { ctrlKey: true }), HERE)).toEqual({ kind: "palette" });
  expect(shortcutOf(key("K", { metaKey: true }), HERE)).toEqual({ kind: "palette" });
  expect(shortcutOf(key("?"), HERE)).toEqual({ kind: "help" });
  expect(shortcutOf(key("g"), HERE)).toEqual({ kind: "wait" });
  expect(shortcutOf(key("w"), { ...HERE, waiting: true })).toEqual({ kind: "go", letter: "w" });
  expect(shortcutOf(key("g"), { ...HERE, waiting: true })).toEqual({ kind: "go", letter: "g" });
  expect(shortcutOf(key("w"), HERE)).toBeUndefined();
  expect(shortcutOf(key("Escape"), { ...HERE, waiting: true })).toBeUndefined();
});

test.each([{ typing: true }, { off: true }])("keys of one letter do nothing with %o, but Ctrl+K still does", (state) => {
  for (const one of ["?", "g"]) expect(shortcutOf(key(one), { ...HERE, ...state })).toBeUndefined();
  expect(shortcutOf(key("w"), { ...HERE, waiting: true, ...state })).toBeUndefined();
  expect(shortcutOf(key("k", { ctrlKey: true }), { ...HERE, ...state })).toEqual({ kind: "palette" });
});

test("other combinations are the browser's", () => {
  expect(shortcutOf(key("g", { ctrlKey: true }), HERE)).toBeUndefined();
  expect(shortcutOf(key("k", { ctrlKey: true, altKey: true }), HERE)).toBeUndefined();
});
