// The status of a record: its word on the color of its kind, and a lock if nothing about it can be changed any more.

import classes from "./StatusMark.module.css";

const KINDS = {
  neutral: ["open", "draft", "unposted", "waiting", "preparing", "accrued"],
  info: ["rated", "assigned", "valid", "payable"],
  progress: ["exporting", "validating", "posting", "sending", "awaiting_approval", "partly_settled", "waiting_for_posting", "running", "selected"],
  good: ["exported", "posted", "settled", "paid", "done", "active", "sent"],
  warn: ["warnings", "warning", "credited", "done_with_refusals", "hold"],
  bad: ["errors", "error", "refused"],
  closed: ["closed", "written_off", "retired", "void", "inactive", "dissolved", "cancelled"],
} as const;
const LOCKED = new Set(["exported", "posted"]);

function kindOf(status: string): string {
  return Object.entries(KINDS).find(([, statuses]) => (statuses as readonly string[]).includes(status))?.[0] ?? "neutral";
}

/** `words` are shown instead of the status, for what is no status of a record. */
export function StatusMark({ status, words }: { status: string; words?: string }) {
  return (
    <span className={classes["mark"]} data-kind={kindOf(status)}>
      {LOCKED.has(status) && (
        <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="M4 7V5a4 4 0 0 1 8 0v2h1v7H3V7zm2 0h4V5a2 2 0 0 0-4 0z" /></svg>
      )}
      {words ?? status.replaceAll("_", " ")}
    </span>
  );
}
