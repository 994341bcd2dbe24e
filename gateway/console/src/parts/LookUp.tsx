// A field for a code, found by the code or by the name. F4 opens the choices, those used last first. The choices are given,
// or are searched for on the server.

import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { ChoiceListAt } from "./ChoiceList.tsx";
import { choiceOf, remember, shownOf, type Choice } from "./choices.ts";
import { FieldInput, type FieldGiven } from "./TypedField.tsx";
import { useChoices } from "./useChoices.ts";
import { PAUSE_MS, useTyped } from "./useTyped.ts";

interface Given extends FieldGiven {
  /** The name under which the codes used last are kept. */
  recent: string;
  choices?: readonly Choice[];
  /** Finds choices by words, or the one that has a code. */
  search?: (words: string, byCode: boolean) => Promise<readonly Choice[]>;
  /** Whether its codes are not what people type. What is typed before the answer is there is then kept as a question. */
  named?: boolean;
}

/** How many choices a search answers at most; if it answers as many, there may be more. */
export const MOST_FOUND = 20;

const NONE: readonly Choice[] = [];
const QUESTION = "?";

/** Whether a value is not a code yet: what was typed is still looked for, or was not found. */
export function isQuestion(value: string): boolean {
  return value.startsWith(QUESTION);
}

export function LookUp({ recent, choices, search, named, ...given }: Given) {
  const { change, whyClosed, value } = given;
  const box = useRef<HTMLDivElement>(null);
  const known = useRef({ choices: NONE, whole: false });
  const meant = (text: string): Choice | undefined => {
    const found = choiceOf(known.current.choices, text);
    // An answer to other words, or one of many, does not know whether there is only one that begins like that.
    return known.current.whole || (found !== undefined && shownOf(found).toLowerCase() === text.trim().toLowerCase()) ? found : undefined;
  };
  const typed = useTyped("code", value, change, (text) => {
    const found = meant(text);
    if (found !== undefined) remember(recent, found.code);
    return found?.code ?? (named === true && text.trim() !== "" ? `${QUESTION}${text.trim()}` : text.trim());
  });
  const question = isQuestion(value);
  const asks = typed.text ?? (question ? value.slice(1) : value);
  const [words] = useDebouncedValue(asks, PAUSE_MS);
  const byCode = named === true && typed.text === undefined && !question && words === value;
  const asked = useQuery({
    queryKey: ["look-up", recent, words, byCode],
    queryFn: () => (search ?? (() => Promise.resolve(NONE)))(words, byCode),
    enabled: search !== undefined && (words !== "" || typed.text !== undefined),
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  const found = choices ?? asked.data ?? NONE;
  const fresh = asked.isSuccess && !asked.isPlaceholderData && words === asks;
  known.current = { choices: found, whole: choices !== undefined || (fresh && found.length < MOST_FOUND) };
  const list = useChoices(found, recent, typed, whyClosed !== undefined);
  const chosen = found.find((choice) => choice.code === value);
  const answer = question && fresh && typed.text === undefined ? meant(value.slice(1))?.code : undefined;
  useEffect(() => {
    if (answer !== undefined) change(answer);
  });
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
    // Enter leads to the next field as everywhere.
    if ((event.key === "Enter" || event.key === "Tab") && reached !== undefined) pick(reached);
  };
  const leave = { ...typed, commit: (code?: string) => { list.close(); typed.commit(code); } };
  const shown = question ? value.slice(1) : chosen === undefined ? value : `${shownOf(chosen)} ${chosen.name}`.trim();
  const lost = question && fresh && answer === undefined ? `${value.slice(1)} was not found. Press F4 to see what there is.` : undefined;
  return (
    <div ref={box}>
      <FieldInput {...given} fault={given.fault ?? lost} kind="code" typed={leave} press={press} combobox={list.combobox} shown={typed.text ?? shown}>
        {list.open && <ChoiceListAt list={list} label={given.label} anchor={box} pick={pick} />}
      </FieldInput>
    </div>
  );
}
