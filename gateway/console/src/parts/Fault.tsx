// What went wrong, in the sentence that the suite gives, with every fault and a way on.

import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { Refused } from "../api/calls.ts";
import classes from "./Fault.module.css";

export function Fault({ error, again }: { error: Error; again?: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [error]);
  const problem = error instanceof Refused ? error.problem : undefined;
  return (
    <div role="alert" tabIndex={-1} ref={box} className={classes["fault"]}>
      <strong>{problem?.title ?? "This did not work"}</strong>
      <p>{error.message}</p>
      {problem !== undefined && problem.errors.length > 0 && (
        <ul>
          {problem.errors.slice(0, 20).map((fault) => <li key={`${fault.pointer} ${fault.detail}`}>{fault.detail}</li>)}
          {problem.errors.length > 20 && <li>and {problem.errors.length - 20} more</li>}
        </ul>
      )}
      {problem?.request_id != null && <p className={classes["note"]}>Request {problem.request_id}</p>}
      {again !== undefined && <Button variant="default" onClick={again}>Try again</Button>}
    </div>
  );
}
