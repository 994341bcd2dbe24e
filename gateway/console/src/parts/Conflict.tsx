// Somebody else has saved the record that is being changed: what it was, what they made of it, and what you typed, field by
// field. What only one of you changed is kept; where both did, you choose. Nothing that was typed is lost.

import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import classes from "./Conflict.module.css";
import { momentWords } from "./dates.ts";
import { differences, merged, type Fields } from "./merge.ts";

interface Given {
  what: string;
  base: Fields;
  theirs: Fields;
  yours: Fields;
  by: string | null;
  at: string | null;
  /** The label of a field, by its name. */
  labelOf: (field: string) => string;
  /** A value of a field as people read it. */
  shownOf?: (field: string, value: string) => string;
  /** Goes on with the record as it was chosen. */
  resolve: (fields: Fields) => void;
  /** Goes back to the form as it was. */
  cancel: () => void;
}

export function Conflict({ what, base, theirs, yours, by, at, labelOf, shownOf = (_, value) => value, resolve, cancel }: Given) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, "theirs" | "yours">>(new Map());
  const found = differences(base, theirs, yours);
  const keep = (field: string, whose: "theirs" | "yours") => setChosen(new Map([...chosen, [field, whose]]));
  const both = found.filter((one) => one.both);
  const open = both.filter((one) => !chosen.has(one.field)).length;
  const whyNot = open === 0 ? undefined : `Choose theirs or yours in ${open === 1 ? "1 more field" : `${open} more fields`}.`;
  const done = () => {
    if (whyNot === undefined) resolve(merged(base, theirs, yours, new Set(both.map((one) => one.field).filter((field) => chosen.get(field) === "yours"))));
  };
  return (
    <Modal opened onClose={cancel} size="xl" title={`${what} was changed by ${by ?? "somebody else"}`}>
      <p>
        It was saved {momentWords(at)} while you changed it. {both.length === 0 ? "You changed different fields, so all changes can be kept." : "Choose what is kept where you both changed a field."}
      </p>
      <div className={classes["scroller"]} role="region" aria-label="Changes" tabIndex={0}>
        <table className={classes["changes"]}>
          <thead>
            <tr><th scope="col">Field</th><th scope="col">Was</th><th scope="col">Theirs</th><th scope="col">Yours</th></tr>
          </thead>
          <tbody>
            {found.map(({ field, base: was, theirs: is, yours: typed, both: conflict }) => {
              const label = labelOf(field);
              const kept = conflict ? chosen.get(field) : is === was ? "yours" : "theirs";
              const first = field === both[0]?.field;
              return (
                <tr key={field}>
                  <th scope="row">{label}</th>
                  <td>{shownOf(field, was) || "empty"}</td>
                  <td data-kept={kept === "theirs"}>
                    <Side conflict={conflict} first={first} label={`${label}: theirs`} group={field} words={shownOf(field, is)} on={kept === "theirs"} choose={() => keep(field, "theirs")} />
                  </td>
                  <td data-kept={kept === "yours"}>
                    <Side conflict={conflict} first={false} label={`${label}: yours`} group={field} words={shownOf(field, typed)} on={kept === "yours"} choose={() => keep(field, "yours")} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className={classes["commands"]}>
        <Button variant="filled" onClick={done} aria-disabled={whyNot !== undefined} title={whyNot} {...(whyNot === undefined ? {} : { "data-disabled": true })}
          data-autofocus={both.length === 0 || undefined}>
          Save what is marked
        </Button>
        <Button variant="default" onClick={cancel}>Back to the form</Button>
      </div>
      {whyNot !== undefined && <p role="status">{whyNot}</p>}
    </Modal>
  );
}

interface SideGiven {
  conflict: boolean;
  first: boolean;
  label: string;
  group: string;
  words: string;
  on: boolean;
  choose: () => void;
}

function Side({ conflict, first, label, group, words, on, choose }: SideGiven) {
  const shown = words || "empty";
  if (!conflict) return <>{shown}{on ? " ✓" : ""}</>;
  return <label><input type="radio" name={group} aria-label={label} checked={on} onChange={choose} data-autofocus={first || undefined} /> {shown}</label>;
}
