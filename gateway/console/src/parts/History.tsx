// Who changed a record, when, and from what to what; the newest first.

import { useQuery } from "@tanstack/react-query";
import type { Schema } from "../api/calls.ts";
import { wordsOf } from "../text/en.ts";
import { momentWords } from "./dates.ts";
import { Fault } from "./Fault.tsx";
import classes from "./History.module.css";

type Step = Schema<"HistoryStep">;

interface Given {
  /** The record by its kind and id. */
  of: readonly (string | number)[];
  get: () => Promise<{ items: Step[] }>;
}

export function History({ of, get }: Given) {
  const found = useQuery({ queryKey: ["history", ...of], queryFn: get });
  return (
    <section aria-label="History" aria-busy={found.isPending}>
      <h2>History</h2>
      {found.error !== null && <Fault error={found.error} again={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <p>Nothing has been changed yet.</p>}
      <ol className={classes["steps"]}>
        {found.data?.items.map((step) => (
          <li key={`${step.at} ${step.action}`}>
            <span className={classes["when"]}>{momentWords(step.at)}</span>
            <div>
              <strong>{wordsOf(step.action)}</strong>{step.by === null ? "" : ` by ${step.by}`}{step.note === "" ? "" : `: ${step.note}`}
              {step.changes.map((change) => <div key={change.field} className={classes["change"]}>{changeWords(change)}</div>)}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function changeWords({ field, from, to }: Step["changes"][number]): string {
  return `${wordsOf(field)}: ${valueWords(from)} → ${valueWords(to)}`;
}

function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === "") return "empty";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
