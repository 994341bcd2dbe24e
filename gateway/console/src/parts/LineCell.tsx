// One cell of a grid of lines. While somebody types, only the cell is drawn again.

import { memo, useRef, type InputHTMLAttributes, type RefObject } from "react";
import { ChoiceListAt } from "./ChoiceList.tsx";
import { choiceOf, remember, type Choice } from "./choices.ts";
import type { GridColumn } from "./grid.ts";
import classes from "./LineGrid.module.css";
import { useChoices } from "./useChoices.ts";
import { useTyped, type Typed } from "./useTyped.ts";

interface Given {
  column: GridColumn;
  lineKey: string;
  /** The number of the line as people count. */
  line: number;
  value: string;
  byDefault: boolean;
  whyClosed: string | undefined;
  required: boolean;
  fault: string | undefined;
  change: (key: string, field: string, value: string) => void;
}

const NONE: readonly Choice[] = [];

export const LineCell = memo(function LineCell(given: Given) {
  const { column, lineKey, value, change } = given;
  const choices = column.choices ?? NONE;
  const recent = column.recent ?? column.field;
  const typed = useTyped(column.kind, value, (next) => change(lineKey, column.field, next), column.kind !== "code" ? undefined : (text) => {
    const found = choiceOf(choices, text);
    if (found !== undefined) remember(recent, found.code);
    return found?.code ?? text.trim();
  });
  const found = typed.text === undefined ? given.fault : undefined;
  return column.kind === "code" && choices.length > 0 ? <CodeInput {...given} typed={typed} found={found} choices={choices} recent={recent} />
    : <CellInput {...given} typed={typed} found={found} />;
});

interface InputGiven extends Given {
  typed: Typed;
  found: string | undefined;
  anchor?: RefObject<HTMLInputElement | null>;
  more?: InputHTMLAttributes<HTMLInputElement>;
}

function CellInput({ column, lineKey, line, byDefault, whyClosed, required, typed, found, anchor, more }: InputGiven) {
  const said = found ?? whyClosed;
  return (
    <input ref={anchor} className={classes["cell"]} id={`cell-${lineKey}-${column.field}`} data-key={lineKey} data-field={column.field} data-kind={column.kind}
      data-default={byDefault && typed.text === undefined ? true : undefined} data-said={said} aria-label={`${column.head}, line ${line}`}
      aria-invalid={found !== undefined || undefined} aria-required={required || undefined} aria-description={said} title={said}
      value={typed.shown} readOnly={whyClosed !== undefined} tabIndex={whyClosed === undefined ? 0 : -1} autoComplete="off" spellCheck={false}
      onChange={typed.type} onBlur={() => typed.commit()} onFocus={typed.focus} {...more} />
  );
}

function CodeInput(given: InputGiven & { choices: readonly Choice[]; recent: string }) {
  const { typed, choices, recent, column, line, whyClosed } = given;
  const anchor = useRef<HTMLInputElement>(null);
  const list = useChoices(choices, recent, typed, whyClosed !== undefined);
  const pick = (code: string) => {
    remember(recent, code);
    list.close();
    typed.commit(code);
  };
  return (
    <>
      <CellInput {...given} anchor={anchor}
        more={{
          ...list.combobox,
          onBlur: () => { list.close(); typed.commit(); },
          onKeyDown: (event) => {
            if (list.press(event)) {
              event.preventDefault();
              // The arrows are for the list now.
              event.stopPropagation();
            } else if ((event.key === "Enter" || event.key === "Tab") && list.reached() !== undefined) pick(list.reached() as string);
          },
        }} />
      {list.open && <ChoiceListAt list={list} label={`${column.head}, line ${line}`} anchor={anchor} pick={pick} />}
    </>
  );
}
