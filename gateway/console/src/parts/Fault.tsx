// What went wrong, in the sentence that the suite gives, with every fault and a way on.

import { Button } from "@mantine/core";
import { useEffect, useRef, type MouseEvent } from "react";
import { Refused } from "../api/calls.ts";
import classes from "./Fault.module.css";

interface Given {
  error: Error;
  again?: () => void;
  /** The field at the place of a fault: the id of its input, and its label. A fault that has a field leads to it. */
  fieldOf?: (pointer: string) => { id: string; label: string } | undefined;
}

export function Fault({ error, again, fieldOf }: Given) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [error]);
  const problem = error instanceof Refused ? error.problem : undefined;
  return (
    <div role="alert" tabIndex={-1} ref={box} className={classes["fault"]}>
      <strong>{problem?.title ?? "This did not work"}</strong>
      <p>{error.message}</p>
      {problem !== undefined && problem.errors.length > 0 && (
        <ul>
          {problem.errors.slice(0, 20).map((fault) => {
            const field = fieldOf?.(fault.pointer);
            return (
              <li key={`${fault.pointer} ${fault.detail}`}>
                {field === undefined ? fault.detail : <a href={`#${field.id}`} onClick={(event) => goTo(event, field.id)}>{field.label}: {fault.detail}</a>}
              </li>
            );
          })}
          {problem.errors.length > 20 && <li>and {problem.errors.length - 20} more</li>}
        </ul>
      )}
      {problem?.request_id != null && <p className={classes["note"]}>Request {problem.request_id}</p>}
      {again !== undefined && <Button variant="default" onClick={again}>Try again</Button>}
    </div>
  );
}

/** Puts the focus into the field; the address of the page stays as it is. */
function goTo(event: MouseEvent, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}
