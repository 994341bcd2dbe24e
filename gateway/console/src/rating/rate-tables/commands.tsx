// A billing profile saved under another key, and its end.

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, tagged, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { DateField } from "../../parts/DateField.tsx";
import { faultsOf } from "../../parts/faults.ts";
import { LookUp } from "../../parts/LookUp.tsx";
import { KEY_KINDS, useNames } from "../codes.ts";

type Profile = Schema<"ShownProfile">;
const FEATURE = "rating.rate_tables";
const STALE = ["rate-tables", "coverage", "work-order", "rating-runs"];
const ANY = { code: "ANY", name: "any" };

export function SaveAs({ profile }: { profile: Profile }) {
  const { whyNot } = useSession();
  const navigate = useNavigate();
  const names = useNames();
  const [values, setValues] = useState<Record<string, string>>({});
  const valueOf = (field: string) => values[field] ?? String(profile[field as keyof Profile] ?? "");
  const set = (field: string) => (value: string) => setValues((now) => ({ ...now, [field]: value }));
  const same = KEY_KINDS.every(({ field }) => valueOf(field) === profile[field]) && valueOf("effective_from") === profile.effective_from;
  return (
    <Command words="Save as" whyNot={whyNot(FEATURE, "edit")} stale={STALE}
      run={(key) =>
        data(client.POST("/api/v1/rating/billing-profiles/{profile_id}/copies", {
          params: { path: { profile_id: profile.id }, header: { "idempotency-key": key } },
          body: {
            branch: valueOf("branch"), customer_type: valueOf("customer_type"), priority: valueOf("priority"), job_type: valueOf("job_type"), region: valueOf("region"),
            effective_from: valueOf("effective_from"), effective_to: valueOf("effective_to") === "" ? null : valueOf("effective_to"),
          },
        }))
      }
      done={(copy) => void navigate({ to: "/rate-tables/$id", params: { id: String(copy.id) } })}
      confirm={{
        title: `Save profile ${profile.id} as`,
        about: (error) => {
          const faults = faultsOf(error);
          return (
            <>
              <p>A new profile with the same lines and rates, for another key or other dates.</p>
              {KEY_KINDS.map(({ field, kind, words }) => (
                <LookUp key={field} label={words} recent={kind} value={valueOf(field)} change={set(field)} place={`/${field}`} fault={faults[`/${field}`]} required
                  choices={field === "branch" ? names.choices(kind) : [ANY, ...names.choices(kind)]} />
              ))}
              <DateField label="In force from" value={valueOf("effective_from")} change={set("effective_from")} place="/effective_from" fault={faults["/effective_from"]} required />
              <DateField label="Last day, if there is one" value={valueOf("effective_to")} change={set("effective_to")} place="/effective_to" fault={faults["/effective_to"]} />
            </>
          );
        },
        whyNot: same ? "Change the key or the first day." : undefined,
        words: "Save as a new profile",
      }} />
  );
}

export function EndProfile({ profile, etag, done }: { profile: Profile; etag: string; done: (now: { record: Profile; etag: string }) => void }) {
  const { whyNot } = useSession();
  const [day, setDay] = useState(profile.effective_to ?? "");
  return (
    <Command words="End" whyNot={whyNot(FEATURE, "edit")} stale={STALE} done={done}
      run={(key) =>
        tagged(client.POST("/api/v1/rating/billing-profiles/{profile_id}/end", {
          params: { path: { profile_id: profile.id }, header: { "idempotency-key": key, "if-match": etag } }, body: { effective_to: day === "" ? null : day },
        }))
      }
      confirm={{
        title: `End profile ${profile.id}`,
        about: (error) => (
          <>
            <p>Services after this day need another profile. An empty day takes the end back.</p>
            <DateField label="Last day" value={day} change={setDay} place="/effective_to" fault={faultsOf(error)["/effective_to"]} />
          </>
        ),
        words: day === "" ? "Leave it without an end" : `End it after ${day}`,
      }} />
  );
}
