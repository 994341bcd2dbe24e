// Why a charge is there, or is not: each line of the rate table with what decided it.

import { Facts } from "./Facts.tsx";
import classes from "./Why.module.css";

export interface Reason {
  position: number;
  billing_item: string;
  verdict: string;
  words: string;
}

export function Why({ reasons, about }: { reasons: readonly Reason[]; about: readonly [string, string][] }) {
  return (
    <section className={classes["why"]} aria-label="Why">
      <h2>Why</h2>
      <Facts facts={about} />
      <ul>
        {reasons.map((reason) => (
          <li key={reason.position} data-charged={reason.verdict === "charged"}>
            <strong>{reason.billing_item}</strong> <span>{reason.verdict === "charged" ? "charged" : "not charged"}</span>
            <p>{reason.words}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
