// Sums side by side, each a button that shows what adds up to it. A bar shows how large one is beside the others.

import { centsOf } from "./money.ts";
import classes from "./Sums.module.css";

export interface Sum {
  value: string;
  words: string;
  /** How many there are, in words: `12 orders`. */
  note: string;
  figure: string;
  /** The amount on the wire, for the bar. */
  amount: string;
}

interface Given {
  label: string;
  sums: readonly Sum[];
  on: string | undefined;
  change: (on: string | undefined) => void;
}

/** How much of the largest sum each is, from 0 to 100. */
export function sharesOf(amounts: readonly string[]): number[] {
  const sizes = amounts.map((amount) => Number(centsOf(amount.replace("-", ""))));
  const largest = Math.max(...sizes, 1);
  return sizes.map((size) => Math.round((size / largest) * 100));
}

export function Sums({ label, sums, on, change }: Given) {
  const shares = sharesOf(sums.map((sum) => sum.amount));
  return (
    <div className={classes["sums"]} role="group" aria-label={label}>
      {sums.map((sum, place) => (
        <button key={sum.value} type="button" aria-pressed={on === sum.value} onClick={() => change(on === sum.value ? undefined : sum.value)}>
          <span>{sum.words}</span>
          <strong>{sum.figure}</strong>
          <span>{sum.note}</span>
          <span className={classes["bar"]} aria-hidden="true"><span style={{ width: `${shares[place] ?? 0}%` }} /></span>
        </button>
      ))}
    </div>
  );
}
