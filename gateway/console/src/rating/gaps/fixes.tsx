// The fixes of what stops ratings: a ZIP is put into a region, a profile is made like one that there is. With `again`, the
// orders are rated again by the same command.

import { useState } from "react";
import { client, data, tagged, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { DateField } from "../../parts/DateField.tsx";
import { LookUp } from "../../parts/LookUp.tsx";
import { counted } from "../../text/en.ts";
import { keyWords, useNames } from "../codes.ts";

const FEATURE = "rating.rate_tables";
const STALE = ["coverage", "work-order", "work-orders", "waiting", "rate-tables", "rating-runs", "rating-run"];

/** Rates orders again after a fix. */
export interface Again<Answer> {
  /** What the button adds to its words: ` and rate 7 orders again`. */
  words: string;
  run: (key: string) => Promise<Answer>;
  done: (answer: Answer) => void;
}

interface Given<Answer> {
  again?: Again<Answer> | undefined;
}

/** What a command for a fix does after it. */
async function thenAgain<Answer>(again: Again<Answer> | undefined, key: string): Promise<Answer | undefined> {
  return again?.run(`${key}-again`);
}

async function addZip(region: string, zip: string): Promise<void> {
  const path = { code: region };
  const { record, etag } = await tagged(client.GET("/api/v1/rating/regions/{code}", { params: { path } }));
  if (record.zips.includes(zip)) return;
  const body = { code: record.code, name: record.name, retired_on: record.retired_on, zips: [...record.zips, zip].sort() };
  await data(client.PUT("/api/v1/rating/regions/{code}", { params: { path, header: { "if-match": etag } }, body }));
}

/** Puts a ZIP into a region, for all orders that are served there. */
export function AddZip<Answer>({ zip, again }: Given<Answer> & { zip: string }) {
  const { whyNot } = useSession();
  const names = useNames();
  const [region, setRegion] = useState("");
  const known = names.choices("regions").some((one) => one.code === region);
  return (
    <Command words={`Add ZIP ${zip} to a region`} whyNot={whyNot(FEATURE, "edit")} stale={STALE}
      run={async (key) => {
        await addZip(region, zip);
        return thenAgain(again, key);
      }}
      done={(answer) => answer !== undefined && again?.done(answer)}
      confirm={{
        title: `ZIP ${zip}`,
        about: () => (
          <>
            <p>Every order that is served in {zip} gets the rates of this region, unless the order has a region of its own.</p>
            <LookUp label="Region" recent="regions" value={region} change={setRegion} choices={names.choices("regions")} required />
          </>
        ),
        whyNot: known ? undefined : "Choose a region.",
        words: `${known ? `Add it to ${names.nameOf("regions", region)}` : "Add it"}${again?.words ?? ""}`,
      }} />
  );
}

/** One profile to copy, and the key that the copy gets. */
export interface CopyOf {
  profile: Schema<"NearProfile">;
  key: Schema<"Key">;
}

/** Makes a profile for each key like one that there is. */
export function MakeProfiles<Answer>({ words, copies, from, again }: Given<Answer> & { words: string; copies: readonly CopyOf[]; from: string }) {
  const { whyNot } = useSession();
  const names = useNames();
  const [begin, setBegin] = useState(from);
  const [end, setEnd] = useState("");
  const made = counted(copies.length, "profile");
  return (
    <Command words={words} whyNot={whyNot(FEATURE, "edit")} stale={STALE}
      run={async (key) => {
        for (const [place, copy] of copies.entries()) {
          await data(client.POST("/api/v1/rating/billing-profiles/{profile_id}/copies", {
            params: { path: { profile_id: copy.profile.profile_id }, header: { "idempotency-key": `${key}-${place}` } },
            body: { ...copy.key, effective_from: begin, effective_to: end === "" ? null : end },
          }));
        }
        return thenAgain(again, key);
      }}
      done={(answer) => answer !== undefined && again?.done(answer)}
      confirm={{
        title: words,
        about: () => (
          <>
            <p>{copies.length === 1 ? "A copy with the same lines and rates, for this key:" : "Copies with the same lines and rates, for these keys:"}</p>
            <ul>{copies.map(({ key }) => <li key={Object.values(key).join()}>{keyWords(key, names)}</li>)}</ul>
            <DateField label="In force from" value={begin} change={setBegin} required />
            <DateField label="Last day, if there is one" value={end} change={setEnd} />
          </>
        ),
        whyNot: begin === "" ? "Enter the first day." : undefined,
        words: `Make ${made}${again?.words ?? ""}`,
      }} />
  );
}
