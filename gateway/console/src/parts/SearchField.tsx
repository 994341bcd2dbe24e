// The search of a list: what is typed goes into the address when the typing pauses.

import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";

interface Given {
  label: string;
  value: string | undefined;
  change: (value: string | undefined) => void;
}

export function SearchField({ label, value, change }: Given) {
  const [typed, setTyped] = useState(value ?? "");
  const later = useDebouncedCallback((words: string) => change(words === "" ? undefined : words), 250);
  useEffect(() => setTyped(value ?? ""), [value]);
  return (
    <TextInput aria-label={label} placeholder={label} value={typed} type="search"
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        later(event.currentTarget.value);
      }} />
  );
}
