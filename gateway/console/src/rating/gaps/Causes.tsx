// Why orders cannot be rated, cause by cause, each with one fix for all of its orders.

import { Link } from "@tanstack/react-router";
import type { Schema } from "../../api/calls.ts";
import { dayWords } from "../../parts/dates.ts";
import { counted, wordsOf } from "../../text/en.ts";
import { KEY_KINDS, keyWords, useNames, type Names } from "../codes.ts";
import classes from "./Causes.module.css";
import { AddZip, MakeProfiles, type Again, type CopyOf } from "./fixes.tsx";
import { causesOf, firstDay, type Cause } from "./rules.ts";

interface Given<Answer> {
  gaps: readonly Schema<"Gap">[];
  /** How the orders are rated again by the command that fixes a cause. */
  again?: Again<Answer> | undefined;
}

/** Values with the names of their codes: `priority Special`. */
function valueWords(values: Readonly<Record<string, string>>, names: Names): string {
  return Object.entries(values)
    .map(([field, value]) => {
      const kind = KEY_KINDS.find((one) => one.field === field)?.kind;
      return kind === undefined ? field : `${field.replaceAll("_", " ")} ${value === "ANY" ? "any" : names.nameOf(kind, value)}`;
    })
    .join(", ");
}

function titleOf(cause: Cause, names: Names): string {
  if (cause.reason === "REGION_REQUIRED") return cause.values["served_zip"] === "" ? "Neither a region nor a ZIP" : `ZIP ${cause.values["served_zip"]} is in no region`;
  if (cause.reason === "REGION_AMBIGUOUS") return `ZIP ${cause.values["served_zip"]} is in several regions`;
  const branch = names.nameOf("branches", cause.gaps[0]?.branch);
  const missing = valueWords(cause.values, names);
  return missing === "" ? `No rates in ${branch} that are near` : `No rates for ${missing} in ${branch}`;
}

export function Causes<Answer>({ gaps, again }: Given<Answer>) {
  const names = useNames();
  return (
    <ul className={classes["causes"]} aria-label="Causes">
      {causesOf(gaps).map((cause) => (
        <li key={cause.key}>
          <div className={classes["head"]}>
            <h2>{titleOf(cause, names)}</h2>
            <strong>{counted(cause.orders, "order")}</strong>
          </div>
          <ul className={classes["gaps"]}>
            {cause.gaps.map((gap) => (
              <li key={keyWords({ ...gap, region: gap.region ?? "" }, names)}>
                <span>{keyWords({ ...gap, region: gap.region ?? "" }, names).replace(/ \/ $/, "")}</span>
                <span>{gap.service_from === gap.service_to ? dayWords(gap.service_from) : `${dayWords(gap.service_from)} to ${dayWords(gap.service_to)}`}</span>
                <span>{counted(gap.orders, "order")}, like <Link to="/work-orders" search={{ search: gap.example }}>{gap.example}</Link></span>
              </li>
            ))}
          </ul>
          <div className={classes["fixes"]}><Fixes cause={cause} names={names} again={again} /></div>
        </li>
      ))}
    </ul>
  );
}

function Fixes<Answer>({ cause, names, again }: { cause: Cause; names: Names; again: Again<Answer> | undefined }) {
  const zip = cause.values["served_zip"];
  if (cause.reason === "REGION_REQUIRED" && zip !== undefined && zip !== "") return <AddZip zip={zip} again={again} />;
  if (cause.reason !== "NO_PROFILE") return <p>{wordsOf(cause.reason)}: set the region of each order, or take the ZIP out of all regions but one.</p>;
  if (cause.gaps.some((gap) => gap.customer_type === "(unknown)")) return <p>Accounts Receivable has not reported the customer of these orders yet.</p>;
  if (cause.patterns.length === 0) return <p>No profile that is near can be copied for all of them.</p>;
  return cause.patterns.map((pattern) => {
    const copies = cause.gaps.map((gap, place): CopyOf => ({
      profile: pattern.profiles[place] as CopyOf["profile"],
      key: { branch: gap.branch, customer_type: gap.customer_type, priority: gap.priority, job_type: gap.job_type, region: gap.region ?? "" },
    }));
    return <MakeProfiles key={JSON.stringify(pattern.values)} words={`Make ${copies.length === 1 ? "a profile" : `${copies.length} profiles`} like ${valueWords(pattern.values, names)}`}
      copies={copies} from={firstDay(cause.gaps)} again={again} />;
  });
}
