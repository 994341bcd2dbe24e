// The outcomes of a rating run: what was rated, what was not and why, and what still waits.

import type { Schema } from "../../api/calls.ts";
import type { JobPart } from "../../parts/JobProgress.tsx";

type Run = Pick<Schema<"RatingRun">, "orders" | "rated" | "failed" | "outcomes">;

/** The outcomes that are neither a rating nor a wait: the reasons why orders were not rated. */
export function failuresOf(run: Pick<Run, "outcomes">): readonly Schema<"OutcomeCount">[] {
  return run.outcomes.filter((one) => one.orders > 0 && !["RATED", "WAITING", "SKIPPED"].includes(one.outcome));
}

/** The parts of a run; they add up to its orders at every moment. */
export function partsOf(run: Run): readonly JobPart[] {
  return [
    { words: "rated", count: run.rated, kind: "good" },
    { words: "not rated", count: run.failed, kind: "bad" },
    { words: "waiting", count: run.orders - run.rated - run.failed, kind: "progress" },
  ];
}
