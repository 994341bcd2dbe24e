// A list: pages from the server, of which only the rows in sight exist. Sorting and filtering are the server's.
//
// Rows are chosen with a click, with shift for all between, or `x`; Enter opens the row of the focus.

import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, use, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { AS_MADE, shown, type ColumnChoice } from "./columns.ts";
import classes from "./DataTable.module.css";
import { Tools, ToolsPlace } from "./Tools.tsx";
import { usePreference } from "./usePreference.ts";
import type { ListFile } from "./useList.ts";

export interface Column<Row> {
  /** The name of the column, and the field that the server sorts by if it is `sortable`. */
  field: string;
  head: string;
  width: number;
  cell: (row: Row) => ReactNode;
  align?: "right";
  /** Stays in sight at this side: the name at the left, the figure that decides at the right. */
  pin?: "left" | "right";
  sortable?: boolean;
}

export interface Chosen {
  keys: ReadonlySet<number>;
  change: (keys: ReadonlySet<number>) => void;
}

interface Given<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => number;
  /** How many rows there are on the server, if that is known. */
  count: number | undefined;
  more: (() => void) | undefined;
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  chosen?: Chosen;
  onOpen?: (row: Row) => void;
  /** Shows a row beside the list; Space does it then, and `x` alone chooses. */
  onPeek?: (row: Row) => void;
  /** What is said instead of rows. */
  empty: ReactNode;
  loading: boolean;
  /** The whole list as a file. */
  file?: ListFile | undefined;
}

const CHOICES: Readonly<Record<string, ColumnChoice>> = {};

const ROW = 28;
const AHEAD = 60;

export function DataTable<Row>(given: Given<Row>) {
  const { rows, keyOf, more, chosen, onOpen } = given;
  const place = use(ToolsPlace);
  const choices = usePreference("console.columns", CHOICES);
  const choice = choices.value[given.label] ?? AS_MADE;
  const columns = useMemo(() => shown(given.columns, choice), [given.columns, choice]);
  const scroller = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState(0);
  const last = useRef<number | undefined>(undefined);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12 });
  const items = virtual.getVirtualItems();
  const end = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (more !== undefined && end + AHEAD >= rows.length) more();
  }, [end, rows.length, more]);

  function choose(index: number, between: boolean): void {
    if (chosen === undefined) return;
    const keys = new Set(chosen.keys);
    const from = between && last.current !== undefined ? last.current : index;
    const adding = between || !keys.has(keyOf(rows[index] as Row));
    for (let place = Math.min(from, index); place <= Math.max(from, index); place++) {
      const key = keyOf(rows[place] as Row);
      if (adding) keys.add(key);
      else keys.delete(key);
    }
    last.current = index;
    chosen.change(keys);
  }

  function move(to: number): void {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    setFocus(index);
    virtual.scrollToIndex(index);
  }

  // One listener for all rows, so that a row need not be drawn again only because what its click does has changed.
  function at(event: MouseEvent, act: (index: number) => void): void {
    const place = (event.target as Element).closest("[data-index]")?.getAttribute("data-index");
    if (place === null || place === undefined) return;
    setFocus(Number(place));
    act(Number(place));
  }

  function press(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -rows.length, End: rows.length };
    const row = rows[focus];
    if (event.target !== event.currentTarget) return;
    if (event.key in steps) move(focus + (steps[event.key] as number));
    else if (event.key === " " && row !== undefined && given.onPeek !== undefined) given.onPeek(row);
    else if ((event.key === "x" || event.key === " ") && row !== undefined) choose(focus, event.shiftKey);
    else if (event.key === "Enter" && row !== undefined && onOpen !== undefined) onOpen(row);
    else return;
    event.preventDefault();
  }

  const arrange = (next: ColumnChoice) => choices.change((all) => ({ ...all, [given.label]: next }));
  const width = columns.reduce((sum, column) => sum + column.width, chosen === undefined ? 0 : 32);
  return (
    <>
      {place !== null && createPortal(<Tools label={given.label} columns={given.columns} choice={choice} choose={arrange} file={given.file} />, place)}
      <div className={classes["frame"]} ref={scroller} tabIndex={0} role="grid" aria-label={given.label} aria-busy={given.loading}
        aria-rowcount={given.count ?? -1} onKeyDown={press} aria-activedescendant={rows.length > 0 ? `row-${focus}` : undefined}>
        <div className={classes["head"]} role="row" style={{ minWidth: width }}>
          {chosen !== undefined && <span role="columnheader" className={classes["choice"]} title="Chosen">✓</span>}
          {columns.map((column) => (
            <Head key={column.field} column={column} sort={given.sort} onSort={given.onSort} />
          ))}
        </div>
        <div style={{ height: virtual.getTotalSize(), minWidth: width, position: "relative" }} role="rowgroup"
          onClick={(event) => at(event, (index) => choose(index, event.shiftKey))}
          onDoubleClick={(event) => at(event, (index) => onOpen?.(rows[index] as Row))}>
          {items.map((item) => {
            const row = rows[item.index] as Row;
            return (
              <MemoRow key={keyOf(row)} row={row} index={item.index} top={item.start} columns={columns as readonly Column<unknown>[]}
                focused={item.index === focus} selectable={chosen !== undefined} selected={chosen?.keys.has(keyOf(row)) ?? false} />
            );
          })}
        </div>
        {rows.length === 0 && <div className={classes["empty"]}>{given.loading ? "Loading…" : given.empty}</div>}
      </div>
    </>
  );
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string | undefined; onSort: ((sort: string) => void) | undefined }) {
  const direction = sort === column.field ? "ascending" : sort === `-${column.field}` ? "descending" : "none";
  const words = `${column.head}${direction === "ascending" ? " ▲" : direction === "descending" ? " ▼" : ""}`;
  const next = direction === "ascending" ? `-${column.field}` : column.field;
  return (
    <span role="columnheader" className={classes["cell"]} data-align={column.align} data-pin={column.pin} style={{ width: column.width }}
      aria-sort={column.sortable === true ? direction : undefined}>
      {column.sortable === true && onSort !== undefined ? <button type="button" onClick={() => onSort(next)}>{words}</button> : words}
    </span>
  );
}

interface RowGiven {
  row: unknown;
  index: number;
  top: number;
  columns: readonly Column<unknown>[];
  focused: boolean;
  selectable: boolean;
  selected: boolean;
}

const MemoRow = memo(function Row({ row, index, top, columns, focused, selectable, selected }: RowGiven) {
  return (
    <div role="row" id={`row-${index}`} data-index={index} aria-rowindex={index + 2} aria-selected={selectable ? selected : undefined}
      className={classes["row"]} data-focused={focused} style={{ transform: `translateY(${top}px)` }}>
      {selectable && <span role="gridcell" className={classes["choice"]}>{selected ? "☑\uFE0E" : "☐\uFE0E"}</span>}
      {columns.map((column) => (
        <span key={column.field} role="gridcell" className={classes["cell"]} data-align={column.align} data-pin={column.pin} style={{ width: column.width }}>
          {column.cell(row)}
        </span>
      ))}
    </div>
  );
});
