// One line at the end of a form that says what there is to say about the field of the focus: why it is closed, or what is
// wrong with it. Under the fields themselves, such words would make the rows jump.

import { createContext, use, useMemo, useState, type ReactNode } from "react";
import classes from "./StatusLine.module.css";

type Say = (words: string) => void;
const Context = createContext<Say>(() => undefined);

/** How a field says something in the status line around it. */
export function useStatusLine(): Say {
  return use(Context);
}

/** A form with a status line; `keys` says which keys can be used in it. */
export function WithStatusLine({ keys, children }: { keys: string; children: ReactNode }) {
  const [words, setWords] = useState("");
  // The form is not drawn again when only the words change.
  const form = useMemo(() => <Context value={setWords}>{children}</Context>, [children]);
  return (
    <>
      {form}
      <div className={classes["line"]}>
        <span role="status" aria-label="About this field">{words}</span>
        <span className={classes["keys"]}>{keys}</span>
      </div>
    </>
  );
}
