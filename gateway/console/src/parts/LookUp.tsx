// A field for a code, found by the code or by the name. F4 opens the choices, those used last first. The choices are given,
// or are searched for on the server.

import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useRef, type KeyboardEvent } from "react";
import { ChoiceListAt } from "./ChoiceList.tsx";
import { choiceOf, remember, type Choice } from "./choices.ts";
import { FieldInput, type FieldGiven } from "./TypedField.tsx";
import { useChoices } from "./useChoices.ts";
import { PAUSE_MS, useTyped } from "./useTyped.ts";

interface Given extends FieldGiven {
  /** The name under which the codes used last are kept. */
  recent: string;
  choices?: readonly Choice[];
  search?: (words: string) => Promise<readonly Choice[]>;
}

/** How many choices a search answers at most; if it answers as many, there may be more. */
export const MOST_FOUND = 20;

const NONE: readonly Choice[] = [];

export function LookUp({ recent, choices, search, ...given }: Given) {
  const { value, change, whyClosed } = given;
  const box = useRef<HTMLDivElement>(null);
  const known = useRef({ choices: NONE, whole: false });
  const typed = useTyped("code", value, change, (text) => {
    // An answer to other words, or to too few, does not know whether there is only one that was meant.
    const meant = choiceOf(known.current.choices, text);
    const found = known.current.whole || meant?.code.toLowerCase() === text.trim().toLowerCase() ? meant : undefined;
    if (found !== undefined) remember(recent, found.code);
    return found?.code ?? text.trim();
  });
  const [words] = useDebouncedValue(typed.text ?? value, PAUSE_MS);
  const asked = useQuery({
    queryKey: ["look-up", recent, words],
    queryFn: () => (search ?? (() => Promise.resolve(NONE)))(words),
    enabled: search !== undefined && (words !== "" || typed.text !== undefined),
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  const found = choices ?? asked.data ?? NONE;
  const fresh = !asked.isPlaceholderData && words === (typed.text ?? value) && found.length < MOST_FOUND;
  known.current = { choices: found, whole: choices !== undefined || fresh };
  const list = useChoices(found, recent, typed, whyClosed !== undefined);
  const name = found.find((choice) => choice.code === value)?.name ?? "";
  const pick = (code: string) => {
    remember(recent, code);
    list.close();
    typed.commit(code);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (list.press(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const reached = list.reached();
    // Enter goes on to the next field as everywhere.
    if ((event.key === "Enter" || event.key === "Tab") && reached !== undefined) pick(reached);
  };
  const leave = { ...typed, commit: (code?: string) => { list.close(); typed.commit(code); } };
  return (
    <div ref={box}>
      <FieldInput {...given} kind="code" typed={leave} press={press} combobox={list.combobox}
        shown={typed.text ?? (name === "" ? value : `${value} ${name}`)}>
        {list.open && <ChoiceListAt list={list} label={given.label} anchor={box} pick={pick} />}
      </FieldInput>
    </div>
  );
}
