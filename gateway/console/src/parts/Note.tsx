// A sentence about a record that is worth knowing and stops nobody.

import type { ReactNode } from "react";
import classes from "./Note.module.css";

export function Note({ kind, children }: { kind: "info" | "warn"; children: ReactNode }) {
  return <p role="status" className={classes["note"]} data-kind={kind}>{children}</p>;
}
