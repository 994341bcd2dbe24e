// The matrix of features and levels. Arrows move, 0 to 4 set the level of the row, Space opens its limits.

import { Button, Modal, TextInput } from "@mantine/core";
import { useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { codesOf, grantWords, LEVELS, limitWords, type Level, type Limits, type Row } from "./matrix.ts";
import classes from "./Group.module.css";

interface Given {
  rows: readonly Row[];
  saved: readonly Row[];
  change: (rows: readonly Row[]) => void;
  /** Why nothing can be changed, or undefined. */
  whyNot: string | undefined;
}

const NAMES: Readonly<Record<string, string>> = { rating: "Rating", receivables: "Receivables", security: "Security", operations: "Operations" };

export function Matrix({ rows, saved, change, whyNot }: Given) {
  const [focus, setFocus] = useState({ row: 0, column: 0 });
  const [limiting, setLimiting] = useState<number | undefined>(undefined);
  const table = useRef<HTMLTableElement>(null);
  const set = (place: number, part: Partial<Row>) => {
    if (whyNot === undefined) change(rows.map((row, index) => (index === place ? { ...row, ...part } : row)));
  };
  const move = (row: number, column: number) => {
    const to = { row: Math.max(0, Math.min(rows.length - 1, row)), column: Math.max(0, Math.min(LEVELS.length, column)) };
    setFocus(to);
    table.current?.querySelector<HTMLElement>(`[data-cell="${to.row}-${to.column}"]`)?.focus();
  };
  const canLimit = (row: Row | undefined) => row !== undefined && row.level !== "none" && row.module !== "security" && row.module !== "operations" && whyNot === undefined;
  const press = (event: KeyboardEvent) => {
    const { row, column } = focus;
    const steps: Record<string, [number, number]> = { ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], Home: [0, column], End: [rows.length - 1, column] };
    const step = steps[event.key];
    const level = /^[0-4]$/.test(event.key) ? LEVELS[Number(event.key)] : undefined;
    if (step !== undefined) move(...step);
    else if (level !== undefined) {
      set(row, { level });
      move(row, Number(event.key));
    } else if (event.key === "Enter" && LEVELS[column] !== undefined) set(row, { level: LEVELS[column] as Level });
    else if (event.key === " " || event.key === "Enter") {
      if (canLimit(rows[row])) setLimiting(row);
    } else return;
    event.preventDefault();
  };
  const limited = limiting === undefined ? undefined : rows[limiting];
  return (
    <div className={classes["scroller"]}>
      <table className={classes["matrix"]} role="grid" aria-label="What the group grants" aria-readonly={whyNot !== undefined} ref={table} onKeyDown={press}>
        <thead>
          <tr>
            <th scope="col">Feature</th>
            {LEVELS.map((level) => <th key={level} scope="col" className={classes["level"]}>{level}</th>)}
            <th scope="col">Limits</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <RowOf key={`${row.feature} ${rows.slice(0, place).filter((one) => one.feature === row.feature).length}`} row={row} place={place} focus={focus} canLimit={canLimit(row)}
              heading={row.module !== rows[place - 1]?.module ? (NAMES[row.module] ?? row.module) : undefined}
              changed={grantWords(rows, row.feature) !== grantWords(saved, row.feature)} wasLevel={saved.find((one) => one.feature === row.feature)?.level}
              set={(level) => { set(place, { level }); setFocus({ row: place, column: LEVELS.indexOf(level) }); }}
              limit={() => { setFocus({ row: place, column: LEVELS.length }); setLimiting(place); }} />
          ))}
        </tbody>
      </table>
      {limiting !== undefined && limited !== undefined && (
        <LimitForm row={limited} close={() => { setLimiting(undefined); setTimeout(() => move(limiting, focus.column)); }} save={(limits) => set(limiting, { limits })} />
      )}
    </div>
  );
}

interface RowGiven {
  row: Row;
  place: number;
  focus: { row: number; column: number };
  canLimit: boolean;
  heading: string | undefined;
  changed: boolean;
  wasLevel: Level | undefined;
  set: (level: Level) => void;
  limit: () => void;
}

function RowOf({ row, place, focus, canLimit, heading, changed, wasLevel, set, limit }: RowGiven) {
  const reached = (column: number) => (focus.row === place && focus.column === column ? 0 : -1);
  const words = limitWords(row.limits) || (row.level === "none" ? "" : "none");
  return (
    <>
      {heading !== undefined && <tr className={classes["module"]}><th scope="rowgroup" colSpan={LEVELS.length + 2}>{heading}</th></tr>}
      <tr data-changed={changed}>
        <th scope="row" title={row.feature}>{row.label}{changed && <small> changed</small>}</th>
        {LEVELS.map((level, column) => (
          <td key={level} role="gridcell" className={classes["level"]} aria-selected={row.level === level} tabIndex={reached(column)} data-cell={`${place}-${column}`}
            data-was={changed && wasLevel === level} aria-label={`${row.label}: ${level}`} onClick={() => set(level)}>
            <span aria-hidden="true">{row.level === level ? "●" : "○"}</span>
          </td>
        ))}
        <td role="gridcell" tabIndex={reached(LEVELS.length)} data-cell={`${place}-${LEVELS.length}`} aria-label={`${row.label}: limits ${words || "none"}`} onClick={() => { if (canLimit) limit(); }}>
          {words}
        </td>
      </tr>
    </>
  );
}

function LimitForm({ row, close, save }: { row: Row; close: () => void; save: (limits: Limits) => void }) {
  const [branches, setBranches] = useState(row.limits.branches.join(", "));
  const [customers, setCustomers] = useState(row.limits.customers.join(", "));
  const [companies, setCompanies] = useState(row.limits.ar_companies.join(", "));
  const wrong = codesOf(companies).some((code) => !/^\d+$/.test(code));
  const send = (event: FormEvent) => {
    event.preventDefault();
    save({ branches: codesOf(branches), customers: codesOf(customers), ar_companies: codesOf(companies).map(Number) });
    close();
  };
  return (
    <Modal opened onClose={close} title={`Limits of ${row.label}`}>
      <form onSubmit={send}>
        <p>Separate codes by commas. A field that is empty does not limit; what is granted must match all that are filled in.</p>
        <TextInput label="Branches" value={branches} onChange={(event) => setBranches(event.currentTarget.value)} data-autofocus />
        <TextInput label="Customers" value={customers} onChange={(event) => setCustomers(event.currentTarget.value)} mt="sm" />
        <TextInput label="AR companies" value={companies} onChange={(event) => setCompanies(event.currentTarget.value)} error={wrong ? "Companies are numbers." : undefined} mt="sm" />
        <Button type="submit" variant="filled" mt="md" disabled={wrong}>Set the limits</Button>
      </form>
    </Modal>
  );
}
