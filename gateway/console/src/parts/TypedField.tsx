// A field with its label: it shows what is wrong with its value, and why it is closed. A closed field can be read and
// focused, but never typed in.

import { TextInput, Tooltip } from "@mantine/core";
import { useId, type KeyboardEvent, type ReactNode } from "react";
import { useStatusLine } from "./StatusLine.tsx";
import classes from "./TypedField.module.css";
import { faultOf, type Kind } from "./typed.ts";
import { useTyped, type Typed } from "./useTyped.ts";

export interface FieldGiven {
  label: string;
  value: string;
  change: (value: string) => void;
  /** The place of the field in the record, such as `/due_on`, to which an error summary leads. */
  place?: string;
  fault?: string | undefined;
  /** Why nothing can be typed in it, or undefined. */
  whyClosed?: string | undefined;
  required?: boolean | undefined;
  placeholder?: string | undefined;
  /** Whether the label is only read aloud, because the field is in a table whose head says it. */
  inTable?: boolean | undefined;
  /** Whether the value is one that nobody has typed. */
  byDefault?: boolean | undefined;
  /** Whether a dialog begins with it. */
  first?: boolean | undefined;
}

/** What a field shows and does in all its kinds. */
interface InputGiven extends FieldGiven {
  typed: Typed;
  shown?: string;
  kind: Kind;
  press?: (event: KeyboardEvent<HTMLInputElement>) => void;
  /** What a look-up adds to the input. */
  combobox?: Record<string, unknown>;
  children?: ReactNode;
}

/** The id of the input at a place of a record. */
export function idOfPlace(place: string): string {
  return `field${place.replaceAll("/", "-")}`;
}

export function FieldInput(given: InputGiven) {
  const { label, whyClosed, typed, kind, value } = given;
  const say = useStatusLine();
  const own = useId();
  const fault = given.fault ?? (typed.text === undefined ? faultOf(kind, value) : undefined);
  const closed = whyClosed !== undefined;
  const input = (
    <TextInput id={given.place === undefined ? own : idOfPlace(given.place)} {...(given.inTable === true ? { "aria-label": label } : { label })} value={given.shown ?? typed.shown} error={fault}
      required={given.required === true && !closed} withAsterisk={false} readOnly={closed} autoComplete="off" placeholder={given.placeholder ?? ""}
      classNames={{ input: classes["input"] ?? "", label: classes["label"] ?? "" }} data-kind={kind} data-closed={closed || undefined}
      data-default={given.byDefault === true && typed.text === undefined ? true : undefined}
      onChange={typed.type} onBlur={() => { typed.commit(); say(""); }}
      onFocus={(event) => { typed.focus(event); say(closed ? `${label}: ${whyClosed}` : (fault ?? "")); }}
      {...(given.press === undefined ? {} : { onKeyDown: given.press })}
      {...(given.first === true ? { "data-autofocus": true } : {})}
      {...(closed ? { rightSection: <Lock />, "aria-description": whyClosed } : {})}
      {...given.combobox} />
  );
  return (
    <div className={classes["field"]}>
      {closed ? <Tooltip label={whyClosed} multiline maw={320}>{input}</Tooltip> : input}
      {given.children}
    </div>
  );
}

function Lock() {
  return <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" className={classes["lock"]}><path d="M4 7V5a4 4 0 0 1 8 0v2h1v7H3V7zm2 0h4V5a2 2 0 0 0-4 0z" /></svg>;
}

/** A field for words, amounts, numbers or days. */
export function TypedField({ kind, press, ...given }: FieldGiven & { kind: Exclude<Kind, "code">; press?: (typed: Typed, event: KeyboardEvent<HTMLInputElement>) => void }) {
  const typed = useTyped(kind, given.value, given.change);
  return <FieldInput {...given} kind={kind} typed={typed} {...(press === undefined ? {} : { press: (event) => press(typed, event) })} />;
}
