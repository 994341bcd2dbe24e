// Lines to type in, as quick as somebody types. Enter goes to the next open cell, and after the last one to a new line;
// Shift+Enter goes back. Arrows go to each cell. Ctrl+D takes what the cell above has, Ctrl+Delete removes the line.
//
// Which cells are open is known at once, from the forms that the page keeps; what is answered later marks cells, and never
// moves the focus. Closed cells are read-only and say why, so that no key is lost in a cell that closes.

import { Menu } from "@mantine/core";
import { memo, useCallback, useRef, type ClipboardEvent, type FocusEvent, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import { cellOf, isUntouched, valueOf, type GridColumn, type GridLine, type LineFaults, type LineForm } from "./grid.ts";
import { LineCell } from "./LineCell.tsx";
import classes from "./LineGrid.module.css";
import { useStatusLine } from "./StatusLine.tsx";
import { readTyped } from "./typed.ts";
import { choiceOf } from "./choices.ts";
import { arrow, firstOpen, nextOpen, pasted, previousOpen, type Field, type Place } from "./walk.ts";

interface Given {
  label: string;
  columns: readonly GridColumn[];
  lines: readonly GridLine[];
  /** The cells of a line, by its key. A line without a form is open. */
  forms: Readonly<Record<string, LineForm>>;
  faults: Readonly<Record<string, LineFaults>>;
  /** Why no line can be changed, or undefined. */
  whyClosed?: string | undefined;
  change: (key: string, field: string, value: string) => void;
  /** Adds a line at the end. */
  add: () => void;
  remove: (key: string) => void;
  /** Opens the record of a line in a form of its own: with a double click, with F2, or from the menu of its row. */
  open?: (key: string) => void;
}

export function LineGrid(given: Given) {
  const table = useRef<HTMLTableElement>(null);
  const now = useRef(given);
  now.current = given;
  const say = useStatusLine();
  const change = useCallback((key: string, field: string, value: string) => now.current.change(key, field, value), []);
  const { columns, lines, forms, faults } = given;

  const isOpen = (row: number, column: number): boolean => {
    const { lines: rows, columns: all, forms: known, whyClosed } = now.current;
    const [line, cell] = [rows[row], all[column]];
    return whyClosed === undefined && line !== undefined && cell !== undefined && cellOf(cell, line, known[line.key], undefined).closed === undefined;
  };
  const field = (): Field => ({ rows: now.current.lines.length, columns: now.current.columns.length, open: isOpen });
  const placeOf = (target: EventTarget): Place | undefined => {
    const { key, field: name } = (target as HTMLElement).dataset;
    const place = { row: now.current.lines.findIndex((line) => line.key === key), column: now.current.columns.findIndex((column) => column.field === name) };
    return place.row < 0 || place.column < 0 ? undefined : place;
  };
  const go = (to: Place | undefined) => {
    const [line, column] = [now.current.lines[to?.row ?? -1], now.current.columns[to?.column ?? -1]];
    if (line !== undefined && column !== undefined) document.getElementById(`cell-${line.key}-${column.field}`)?.focus();
  };

  /** What was typed in the cell decides which cells are open, so it is passed on before the next one is looked for. */
  function commit(target: EventTarget): void {
    flushSync(() => (target as HTMLElement).blur());
  }

  function goNext(from: Place): void {
    const next = nextOpen(field(), from);
    if (next !== "new line") return go(next);
    flushSync(() => now.current.add());
    go(firstOpen(field(), now.current.lines.length - 1));
  }

  function fromAbove(at: Place): void {
    const [above, column, line] = [now.current.lines[at.row - 1], now.current.columns[at.column], now.current.lines[at.row]];
    if (above === undefined || column === undefined || line === undefined || !isOpen(at.row, at.column)) return;
    now.current.change(line.key, column.field, valueOf(above, now.current.forms[above.key], column.field));
  }

  function removeLine(at: Place): void {
    const line = now.current.lines[at.row];
    if (line === undefined || now.current.whyClosed !== undefined) return;
    flushSync(() => now.current.remove(line.key));
    if (now.current.lines.length === 0) flushSync(() => now.current.add());
    go({ row: Math.min(at.row, now.current.lines.length - 1), column: at.column });
  }

  function press(event: KeyboardEvent): void {
    const at = placeOf(event.target);
    if (at === undefined) return;
    const control = event.ctrlKey || event.metaKey;
    const last = at.row === now.current.lines.length - 1 && nextOpen(field(), at) === "new line";
    const untouched = now.current.lines[at.row] !== undefined && isUntouched(now.current.lines[at.row] as GridLine);
    if (event.key === "Enter" && !control && !event.altKey) {
      commit(event.target);
      if (event.shiftKey) go(previousOpen(field(), at) ?? at);
      else goNext(at);
    } else if (event.key === "Tab" && !event.shiftKey && last && now.current.whyClosed === undefined && !untouched) {
      commit(event.target);
      goNext(at);
    } else if (event.key === "d" && control) fromAbove(at);
    else if (event.key === "Delete" && control) removeLine(at);
    else if (event.key === "F2" && now.current.open !== undefined) now.current.open(now.current.lines[at.row]?.key ?? "");
    else if (event.key.startsWith("Arrow") && !event.altKey && movesOut(event, event.target as HTMLInputElement)) {
      const to = arrow(field(), at, event.key);
      if (to === undefined) return;
      go(to);
    } else return;
    event.preventDefault();
  }

  function paste(event: ClipboardEvent): void {
    const at = placeOf(event.target);
    const table_ = pasted(event.clipboardData.getData("text/plain"));
    if (at === undefined || table_ === undefined || now.current.whyClosed !== undefined) return;
    event.preventDefault();
    table_.forEach((cells, down) => {
      if (at.row + down >= now.current.lines.length) flushSync(() => now.current.add());
      cells.forEach((words, right) => {
        const column = now.current.columns[at.column + right];
        const line = now.current.lines[at.row + down];
        if (column === undefined || line === undefined || words.trim() === "" || !isOpen(at.row + down, at.column + right)) return;
        const value = column.kind === "code" ? (choiceOf(column.choices ?? [], words)?.code ?? words.trim()) : readTyped(column.kind, words);
        // A value can open and close the cells after it.
        flushSync(() => now.current.change(line.key, column.field, value));
      });
    });
  }

  const width = columns.reduce((sum, column) => sum + column.width, 40);
  return (
    <div className={classes["scroller"]} role="region" aria-label={given.label}>
      <table className={classes["grid"]} ref={table} style={{ minWidth: width }} onKeyDown={press} onPaste={paste}
        onDoubleClick={(event) => {
          const key = (event.target as Element).closest("tr")?.dataset["key"];
          if (key !== undefined) given.open?.(key);
        }}
        onFocus={(event: FocusEvent<HTMLElement>) => say(wordsAbout(event.target, now.current.columns))} onBlur={() => say("")}>
        <colgroup>
          <col style={{ width: 40 }} />
          {columns.map((column) => <col key={column.field} style={{ width: column.width }} />)}
        </colgroup>
        <thead>
          <tr>
            <th scope="col">#</th>
            {columns.map((column) => <th key={column.field} scope="col" data-kind={column.kind}>{column.head}</th>)}
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            <Row key={line.key} line={line} number={index + 1} columns={columns} form={forms[line.key]} faults={faults[line.key]}
              whyClosed={given.whyClosed} change={change} open={given.open} remove={given.open === undefined ? undefined : given.remove} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Arrows up and down always leave a cell; left and right only from the end of what is typed, or when all of it is marked. */
function movesOut(event: KeyboardEvent, input: HTMLInputElement): boolean {
  if (event.key === "ArrowUp" || event.key === "ArrowDown") return true;
  const [start, end, length] = [input.selectionStart ?? 0, input.selectionEnd ?? 0, input.value.length];
  if (start === 0 && end === length) return true;
  return start === end && (event.key === "ArrowLeft" ? start === 0 : end === length);
}

function wordsAbout(target: HTMLElement, columns: readonly GridColumn[]): string {
  const head = columns.find((column) => column.field === target.dataset["field"])?.head;
  const said = target.dataset["said"];
  return head === undefined || said === undefined ? "" : `${head}: ${said}`;
}

interface RowGiven {
  line: GridLine;
  number: number;
  columns: readonly GridColumn[];
  form: LineForm | undefined;
  faults: LineFaults | undefined;
  whyClosed: string | undefined;
  change: (key: string, field: string, value: string) => void;
  /** Rows that can be opened have a menu. */
  open: ((key: string) => void) | undefined;
  remove: ((key: string) => void) | undefined;
}

const Row = memo(function Row({ line, number, columns, form, faults, whyClosed, change, open, remove }: RowGiven) {
  const cells = columns.map((column) => cellOf(column, line, form, faults?.[column.field]));
  return (
    <tr data-key={line.key} data-wrong={cells.some((cell) => cell.fault !== undefined) || undefined}>
      <th scope="row">
        {open === undefined || remove === undefined ? number : (
          <Menu position="bottom-start">
            <Menu.Target><button type="button" aria-label={`Row ${number}`} title="What can be done with the row">{number} ▾</button></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => open(line.key)}>Open in a form (F2)</Menu.Item>
              <Menu.Item onClick={() => remove(line.key)} disabled={whyClosed !== undefined}>Remove (Ctrl+Delete)</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </th>
      {columns.map((column, place) => (
        <td key={column.field}>
          <LineCell column={column} lineKey={line.key} line={number} value={cells[place]?.value ?? ""} whyClosed={whyClosed ?? cells[place]?.closed}
            byDefault={line.values[column.field] === undefined} required={form?.[column.field]?.required ?? false} fault={cells[place]?.fault} change={change} />
        </td>
      ))}
    </tr>
  );
});
