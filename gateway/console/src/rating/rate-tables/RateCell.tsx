// The rate of a line, in its cell.

import { TextInput } from "@mantine/core";
import { faultOf } from "../../parts/typed.ts";
import { useTyped } from "../../parts/useTyped.ts";

interface Given {
  label: string;
  value: string;
  whyClosed: string | undefined;
  change: (value: string) => void;
}

export function RateCell({ label, value, whyClosed, change }: Given) {
  const typed = useTyped("number", value, change);
  const fault = typed.text === undefined ? faultOf("number", value) : undefined;
  return (
    <TextInput aria-label={label} value={typed.shown} readOnly={whyClosed !== undefined} title={fault ?? whyClosed ?? ""} error={fault !== undefined} w={110} ml="auto"
      autoComplete="off" onChange={typed.type} onBlur={() => typed.commit()} onFocus={typed.focus} />
  );
}
