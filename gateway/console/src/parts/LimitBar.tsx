// How much of a limit is used, as a bar with its words. What is over the limit has the color of warnings.

import classes from "./LimitBar.module.css";
import { amountWords, centsOf, wireOf } from "./money.ts";

/** How much of the bar is within the limit and how much is over it, from 0 to 100. */
export function partsOf(limit: string, used: string): { within: number; over: number } {
  const [most, all] = [Number(centsOf(limit)), Math.max(0, Number(centsOf(used)))];
  const whole = Math.max(most, all, 1);
  const within = Math.round((Math.min(most, all) / whole) * 100);
  return { within, over: all > most ? 100 - within : 0 };
}

export function LimitBar({ limit, used }: { limit: string | null; used: string }) {
  if (limit === null) return <span>no credit limit, exposure <strong>{amountWords(used)}</strong></span>;
  const { within, over } = partsOf(limit, used);
  const past = centsOf(used) - centsOf(limit);
  return (
    <span className={classes["limit"]}>
      <span>limit <strong>{amountWords(limit)}</strong>, exposure <strong>{amountWords(used)}</strong></span>
      <span className={classes["bar"]} role="img" aria-label={over > 0 ? "More than the credit limit is used" : `${within} percent of the credit limit are used`}>
        <span data-part="within" style={{ width: `${within}%` }} />
        <span data-part="over" style={{ width: `${over}%` }} />
      </span>
      {past > 0n && <span className={classes["past"]}>{amountWords(wireOf(past))} over</span>}
    </span>
  );
}
