// How far a job is, as a bar and as an equation: its parts add up to the whole at every moment.

import classes from "./JobProgress.module.css";

export interface JobPart {
  words: string;
  count: number;
  kind: "good" | "bad" | "progress";
}

export function JobProgress({ label, whole, parts }: { label: string; whole: number; parts: readonly JobPart[] }) {
  const done = parts.reduce((sum, part) => sum + (part.kind === "progress" ? 0 : part.count), 0);
  const equation = parts.map((part) => `${part.words} ${part.count.toLocaleString("en-US")}`).join(" + ");
  return (
    <div className={classes["progress"]}>
      <div className={classes["bar"]} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={whole} aria-valuenow={done}>
        {parts.map((part) => part.count > 0 && <span key={part.words} data-kind={part.kind} style={{ flexGrow: part.count }} />)}
      </div>
      <p aria-live="polite">{label.toLowerCase()} {whole.toLocaleString("en-US")} = {equation}</p>
    </div>
  );
}
