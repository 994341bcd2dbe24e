// A number to type in a cell of a short table, such as the rate of a line.

import { TextInput } from "@mantine/core";
import { faultOf } from "./typed.ts";
import classes from "./NumberCell.module.css";
import { useTyped } from "./useTyped.ts";

interface Given {
  label: string;
  value: string;
  whyClosed: string | undefined;
  change: (value: string) => void;
}

export function NumberCell({ label, value, whyClosed, change }: Given) {
  const typed = useTyped("number", value, change);
  const fault = typed.text === undefined ? faultOf("number", value) : undefined;
  return (
    <TextInput className={classes["cell"] ?? ""} classNames={{ input: classes["input"] ?? "" }} aria-label={label} value={typed.shown} readOnly={whyClosed !== undefined}
      title={fault ?? whyClosed ?? ""} error={fault !== undefined} autoComplete="off" onChange={typed.type} onBlur={() => typed.commit()} onFocus={typed.focus} />
  );
}
