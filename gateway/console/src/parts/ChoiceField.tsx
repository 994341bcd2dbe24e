// A field for one of a few words that are known.

import { useId } from "react";
import classes from "./ChoiceField.module.css";
import { idOfPlace, type FieldGiven } from "./TypedField.tsx";

/** `choices` are the values with their words; a field that is not required can also be empty. */
export function ChoiceField({ label, value, change, place, fault, whyClosed, required, choices }: FieldGiven & { choices: readonly { value: string; words: string }[] }) {
  const own = useId();
  const id = place === undefined ? own : idOfPlace(place);
  return (
    <div className={classes["field"]}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} disabled={whyClosed !== undefined} title={whyClosed} aria-invalid={fault !== undefined} aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        onChange={(event) => change(event.currentTarget.value)}>
        {(required !== true || value === "") && <option value="">{required === true ? "Choose" : "None"}</option>}
        {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.words}</option>)}
      </select>
      {fault !== undefined && <span id={`${id}-fault`} className={classes["fault"]}>{fault}</span>}
    </div>
  );
}
