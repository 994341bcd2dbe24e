// A short table that is always whole, such as the charges of an order, with a line of sums at its end.

import type { ReactNode } from "react";
import classes from "./Lines.module.css";

interface Given {
  label: string;
  /** A head that is `unseen` is only read aloud, as that of a column of commands. */
  heads: readonly { words: string; right?: boolean; unseen?: boolean }[];
  rows: readonly { key: number | string; cells: readonly ReactNode[] }[];
  sums?: readonly ReactNode[];
  empty: string;
}

export function Lines({ label, heads, rows, sums, empty }: Given) {
  return (
    <div className={classes["scroller"]} role="region" aria-label={label} tabIndex={0}>
      <table className={classes["lines"]}>
        <thead>
          <tr>{heads.map((head) => <th key={head.words} scope="col" data-right={head.right}>{head.unseen === true ? <span className={classes["unseen"]}>{head.words}</span> : head.words}</th>)}</tr>
        </thead>
        <tbody>
          {rows.length === 0 && <tr><td colSpan={heads.length}>{empty}</td></tr>}
          {rows.map((row) => (
            <tr key={row.key}>{row.cells.map((cell, place) => <td key={heads[place]?.words} data-right={heads[place]?.right}>{cell}</td>)}</tr>
          ))}
        </tbody>
        {sums !== undefined && (
          <tfoot>
            <tr>{sums.map((cell, place) => <td key={heads[place]?.words} data-right={heads[place]?.right}>{cell}</td>)}</tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
