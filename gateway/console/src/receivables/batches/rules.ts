// What follows from a batch: its name, what is left to enter, and what can be done with it next.

import type { Schema } from "../../api/calls.ts";
import { centsOf, wireOf } from "../../parts/money.ts";

export type BatchRow = Schema<"BatchRow">;

/** The name that people call a batch by. */
export function nameOf(batch: Pick<BatchRow, "month" | "number">): string {
  return `${batch.month} #${batch.number}`;
}

/** What is left to enter of the control total; a batch without one has nothing left. */
export function toGo(batch: Pick<BatchRow, "control_total" | "entered">): string {
  return batch.control_total === null ? "0.00" : wireOf(centsOf(batch.control_total) - centsOf(batch.entered));
}

/** Whether a job is at work on the batch. */
export function isBusy(batch: BatchRow): boolean {
  return batch.status === "validating" || batch.status === "posting";
}

const EDITABLE = new Set(["open", "errors", "warnings", "valid"]);

/** Why entries cannot be added or changed, or undefined. */
export function whyNotEdited(batch: BatchRow): string | undefined {
  if (EDITABLE.has(batch.status)) return undefined;
  return batch.status === "awaiting_approval" ? "The batch awaits approval. Reject it first." : `The batch is ${batch.status}.`;
}

/** Why the batch cannot be validated, or undefined. */
export function whyNotValidated(batch: BatchRow): string | undefined {
  return batch.entries === 0 ? "The batch has no entries yet." : whyNotEdited(batch);
}

/** Why the batch cannot be posted, or undefined. */
export function whyNotPosted(batch: BatchRow): string | undefined {
  if (batch.status === "valid" || batch.status === "warnings") return undefined;
  if (batch.status === "errors") return "The batch has errors. Correct them, then validate it again.";
  return batch.status === "open" ? "Validate the batch first." : whyNotEdited(batch);
}
