import { describe, expect, test } from "vitest";
import { arrow, firstOpen, nextOpen, pasted, previousOpen, type Field } from "./walk.ts";

/** A grid drawn as text: `o` is open, `.` is closed. */
function drawn(...rows: string[]): Field {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, open: (row, column) => rows[row]?.[column] === "o" };
}

const GRID = drawn(".oo.o", "o..o.", ".....", "oo...");

describe("the walk", () => {
  test.each([
    [[0, 1], [0, 2]], [[0, 2], [0, 4]], [[0, 4], [1, 0]], [[0, 3], [0, 4]], [[1, 3], [3, 0]],
  ])("goes from %j to %j and back", ([row, column], [toRow, toColumn]) => {
    const from = { row: row as number, column: column as number };
    const to = { row: toRow as number, column: toColumn as number };
    expect(nextOpen(GRID, from)).toEqual(to);
    if (GRID.open(from.row, from.column)) expect(previousOpen(GRID, to)).toEqual(from);
  });

  test("ends in a new line, and begins nowhere", () => {
    expect(nextOpen(GRID, { row: 3, column: 1 })).toBe("new line");
    expect(previousOpen(GRID, { row: 0, column: 1 })).toBeUndefined();
    expect(nextOpen(drawn("..."), { row: 0, column: 0 })).toBe("new line");
  });

  test("starts a row at its first open cell", () => {
    expect(firstOpen(GRID, 0)).toEqual({ row: 0, column: 1 });
    expect(firstOpen(GRID, 2)).toEqual({ row: 2, column: 0 });
  });

  test("every open cell is visited once, in order, until there is a new line", () => {
    const visited = [];
    let at = nextOpen(GRID, { row: 0, column: -1 });
    while (at !== "new line") {
      visited.push([at.row, at.column]);
      at = nextOpen(GRID, at);
    }
    expect(visited).toEqual([[0, 1], [0, 2], [0, 4], [1, 0], [1, 3], [3, 0], [3, 1]]);
  });
});

test("arrows go to closed cells too and stop at the edges", () => {
  expect(arrow(GRID, { row: 0, column: 0 }, "ArrowDown")).toEqual({ row: 1, column: 0 });
  expect(arrow(GRID, { row: 0, column: 2 }, "ArrowRight")).toEqual({ row: 0, column: 3 });
  expect(arrow(GRID, { row: 0, column: 0 }, "ArrowUp")).toBeUndefined();
  expect(arrow(GRID, { row: 3, column: 4 }, "ArrowRight")).toBeUndefined();
  expect(arrow(GRID, { row: 1, column: 1 }, "x")).toBeUndefined();
});

test("a table is read as a spreadsheet copies it", () => {
  expect(pasted("a\tb\r\nc\t\r\n")).toEqual([["a", "b"], ["c", ""]]);
  expect(pasted("Service 1")).toBeUndefined();
  expect(pasted("Service 1\n")).toBeUndefined();
});
