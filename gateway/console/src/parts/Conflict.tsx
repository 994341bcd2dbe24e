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
  const [mine, setMine] = useState<ReadonlySet<string>>(new Set());
  const found = differences(base, theirs, yours);
  const keep = (field: string, isMine: boolean) => {
    const next = new Set(mine);
    if (isMine) next.add(field);
    else next.delete(field);
    setMine(next);
  };
  const both = found.filter((one) => one.both).length;
  return (
    <Modal opened onClose={cancel} size="xl" title={`${what} was changed by ${by ?? "somebody else"}`}>
      <p>
        It was saved {momentWords(at)} while you changed it. {both === 0 ? "You changed different fields, so all changes can be kept." : "Choose what is kept where you both changed a field."}
      </p>
      <div className={classes["scroller"]} role="region" aria-label="Changes" tabIndex={0}>
        <table className={classes["changes"]}>
          <thead>
            <tr><th scope="col">Field</th><th scope="col">Was</th><th scope="col">Theirs</th><th scope="col">Yours</th></tr>
          </thead>
          <tbody>
            {found.map(({ field, base: was, theirs: is, yours: typed, both: conflict }) => {
              const label = labelOf(field);
              const isMine = conflict ? mine.has(field) : is === was;
              return (
                <tr key={field}>
                  <th scope="row">{label}</th>
                  <td>{shownOf(field, was) || "empty"}</td>
                  <td data-kept={!isMine}><Side conflict={conflict} label={`${label}: theirs`} group={field} words={shownOf(field, is)} on={!isMine} choose={() => keep(field, false)} /></td>
                  <td data-kept={isMine}><Side conflict={conflict} label={`${label}: yours`} group={field} words={shownOf(field, typed)} on={isMine} choose={() => keep(field, true)} /></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className={classes["commands"]}>
        <Button variant="filled" onClick={() => resolve(merged(base, theirs, yours, mine))} data-autofocus>Save what is marked</Button>
        <Button variant="default" onClick={cancel}>Back to the form</Button>
      </div>
    </Modal>
  );
}

interface SideGiven {
  conflict: boolean;
  label: string;
  group: string;
  words: string;
  on: boolean;
  choose: () => void;
}

function Side({ conflict, label, group, words, on, choose }: SideGiven) {
  const shown = words || "empty";
  if (!conflict) return <>{shown}{on ? " ✓" : ""}</>;
  return <label><input type="radio" name={group} aria-label={label} checked={on} onChange={choose} /> {shown}</label>;
}
