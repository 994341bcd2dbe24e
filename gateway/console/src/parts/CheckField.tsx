// A choice of yes or no, with its words beside it.

import classes from "./CheckField.module.css";

export function CheckField({ label, on, change }: { label: string; on: boolean; change: (on: boolean) => void }) {
  return (
    <label className={classes["check"]}>
      <input type="checkbox" checked={on} onChange={(event) => change(event.currentTarget.checked)} /> {label}
    </label>
  );
}
