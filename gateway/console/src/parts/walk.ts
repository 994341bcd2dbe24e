// The walk through the cells of a grid, as pure rules: which cell comes next is decided by what is known now, at once.

export interface Place {
  row: number;
  column: number;
}

export interface Field {
  rows: number;
  columns: number;
  /** Whether something can be typed in a cell. */
  open: (row: number, column: number) => boolean;
}

/** The next open cell in reading order; `new line` after the last one. */
export function nextOpen(field: Field, from: Place): Place | "new line" {
  let { row, column } = from;
  for (;;) {
    column += 1;
    if (column >= field.columns) [row, column] = [row + 1, 0];
    if (row >= field.rows) return "new line";
    if (field.open(row, column)) return { row, column };
  }
}

/** The open cell before; undefined before the first one. */
export function previousOpen(field: Field, from: Place): Place | undefined {
  let { row, column } = from;
  for (;;) {
    column -= 1;
    if (column < 0) [row, column] = [row - 1, field.columns - 1];
    if (row < 0) return undefined;
    if (field.open(row, column)) return { row, column };
  }
}

/** The first open cell of a row; its first cell if all are closed. */
export function firstOpen(field: Field, row: number): Place {
  for (let column = 0; column < field.columns; column++) if (field.open(row, column)) return { row, column };
  return { row, column: 0 };
}

/** The cell in the direction of an arrow, open or not: closed cells are visited to read why they are closed. */
export function arrow(field: Field, from: Place, key: string): Place | undefined {
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] ?? [0, 0];
  const to = { row: from.row + (down as number), column: from.column + (right as number) };
  const inside = to.row >= 0 && to.row < field.rows && to.column >= 0 && to.column < field.columns;
  return inside && (to.row !== from.row || to.column !== from.column) ? to : undefined;
}

/** The rows of what was copied from a spreadsheet; one cell alone is not a table. */
export function pasted(text: string): string[][] | undefined {
  const rows = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((row) => row.split("\t"));
  return rows.length > 1 || (rows[0]?.length ?? 0) > 1 ? rows : undefined;
}
