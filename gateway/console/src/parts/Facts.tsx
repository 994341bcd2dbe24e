// What is known about a record, label by label, and columns to put it in.

import type { ReactNode } from "react";
import classes from "./Facts.module.css";

/** Facts with their labels; those without a value are left out. */
export function Facts({ facts }: { facts: readonly [string, string][] }) {
  return (
    <dl className={classes["facts"]}>
      {facts.filter(([, value]) => value !== "").map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Two or three columns side by side, under one another where there is no room. */
export function Columns({ children }: { children: ReactNode }) {
  return <div className={classes["columns"]}>{children}</div>;
}
