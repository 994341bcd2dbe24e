// One billing profile: its lines, whose rates can be changed where they are, and what an order would come to by it.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, tagged, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { Conflict } from "../../parts/Conflict.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { changedBy } from "../../parts/faults.ts";
import { Lines } from "../../parts/Lines.tsx";
import { NumberCell } from "../../parts/NumberCell.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { faultOf } from "../../parts/typed.ts";
import { counted, wordsOf } from "../../text/en.ts";
import { keyWords, useNames } from "../codes.ts";
import { EndProfile, SaveAs } from "./commands.tsx";
import { commissionWords, priceWords, ratesOf, rateWords, withRates } from "./rules.ts";
import { TryOrder } from "./TryOrder.tsx";

const route = getRouteApi("/rate-tables/$id");
const FEATURE = "rating.rate_tables";
const STALE = ["rate-tables", "coverage", "work-order", "rating-runs"];
type Tagged = { record: Schema<"ShownProfile">; etag: string };
type Rates = Readonly<Record<string, string>>;

export function RateTable() {
  const { id } = route.useParams();
  const profileId = Number(id);
  const found = useQuery({
    queryKey: ["rate-tables", "one", profileId],
    queryFn: () => tagged(client.GET("/api/v1/rating/billing-profiles/{profile_id}", { params: { path: { profile_id: profileId } } })),
  });
  if (found.error !== null) return <Page title={`Profile ${id}`}><Fault error={found.error} again={() => void found.refetch()} /></Page>;
  if (found.data === undefined) return <Page title={`Profile ${id}`}>{null}</Page>;
  return <Shown key={profileId} profile={found.data.record} etag={found.data.etag} />;
}

function Shown({ profile, etag }: { profile: Schema<"ShownProfile">; etag: string }) {
  const { whyNot } = useSession();
  const names = useNames();
  const queries = useQueryClient();
  const [typed, setTyped] = useState<Rates>({});
  const [conflict, setConflict] = useState<Error | undefined>(undefined);
  // What was typed is a change of the profile as it was then, so that is what others' changes are compared with.
  const [base, setBase] = useState({ profile, etag });
  const rates = ratesOf(base.profile);
  const changed = Object.entries(typed).filter(([position, rate]) => Number(rate) !== Number(rates[position]) || rate === "");
  const faulty = changed.some(([, rate]) => rate === "" || faultOf("number", rate) !== undefined);
  const denied = whyNot(FEATURE, "edit");
  const nameOf = (position: string) => base.profile.lines.find((line) => String(line.position) === position)?.billing_item ?? position;
  const take = (now: Tagged, kept: Rates) => {
    setBase({ profile: now.record, etag: now.etag });
    setTyped(kept);
    queries.setQueryData(["rate-tables", "one", profile.id], now);
  };
  const theirs = changedBy(conflict);
  return (
    <Page title={`Profile ${profile.id}`}
      command={
        <>
          <SaveAs profile={base.profile} />
          <EndProfile profile={base.profile} etag={base.etag} done={(now) => take(now, typed)} />
          <Command primary words={changed.length === 0 ? "Save" : `Save ${counted(changed.length, "rate")}`} stale={STALE} failed={setConflict}
            whyNot={denied ?? (changed.length === 0 ? "No rate is changed." : undefined) ?? (faulty ? "One of the rates is not a number." : undefined)}
            run={() =>
              tagged(client.PUT("/api/v1/rating/billing-profiles/{profile_id}", {
                params: { path: { profile_id: profile.id }, header: { "if-match": base.etag } }, body: withRates(base.profile, Object.fromEntries(changed)),
              }))
            }
            done={(now) => take(now, {})}
            confirm={{
              title: "Change rates",
              about: (
                <>
                  <ul>{changed.map(([position, rate]) => <li key={position}>{nameOf(position)}: {rateWords(rates[position] ?? "0")} → {rateWords(rate)}</li>)}</ul>
                  <p>Orders that are rated keep their charges until they are rated again.</p>
                </>
              ),
              words: `Save ${counted(changed.length, "rate")}`,
            }} />
        </>
      }>
      <Totals>
        <span><strong>{keyWords(profile, names)}</strong></span>
        <span>in force from {base.profile.effective_from}{base.profile.effective_to === null ? "" : ` until ${base.profile.effective_to}`}</span>
        <span>{base.profile.source}</span>
        {base.profile.changed_at !== null && <span>changed {momentWords(base.profile.changed_at)} by {base.profile.changed_by}</span>}
      </Totals>
      <Lines label="Lines" empty="" heads={[{ words: "#", right: true }, { words: "Item" }, { words: "Charged" }, { words: "Price" }, { words: "Limits" }, { words: "Commission" }, { words: "Account" }, { words: "Rate", right: true }]}
        rows={base.profile.lines.map((line) => ({
          key: line.position,
          cells: [
            line.position, line.billing_item, whenCharged(line, names.nameOf("bill_types", line.bill_type)), methodWords(line), limitsOf(line),
            commissionWords(line), line.income_account,
            line.rate === null ? "" : <NumberCell key="rate" label={`Rate, line ${line.position}`} value={typed[line.position] ?? line.rate} whyClosed={denied}
              change={(rate) => setTyped((now) => ({ ...now, [line.position]: rate }))} />,
          ],
        }))} />
      <TryOrder profileId={profile.id} />
      <p><Link to="/rate-tables">All rate tables</Link></p>
      {theirs !== undefined && (
        <Conflict what={`Profile ${profile.id}`} base={rates} theirs={ratesOf(theirs.current as Schema<"ShownProfile">)} yours={{ ...rates, ...Object.fromEntries(changed) }}
          by={theirs.by} at={theirs.at} labelOf={nameOf} cancel={() => setConflict(undefined)}
          resolve={(kept) => {
            setConflict(undefined);
            void tagged(client.GET("/api/v1/rating/billing-profiles/{profile_id}", { params: { path: { profile_id: profile.id } } })).then((now) => take(now, kept));
          }} />
      )}
    </Page>
  );
}

function whenCharged(line: Schema<"ShownLine">, trigger: string): string {
  if (line.mode === "triggered") return `with ${trigger}`;
  return line.mode === "default" ? "always" : "on request";
}

function methodWords(line: Schema<"ShownLine">): string {
  const words = [wordsOf(line.method), line.method === "flat" ? "" : priceWords(line)];
  if (Number(line.included_units) > 0) words.push(`${Number(line.included_units)} included`);
  if (line.steps.length > 0) words.push(line.steps.map((step) => `${step.up_to === null ? "more" : `to ${Number(step.up_to)}`} ${rateWords(step.rate ?? step.amount ?? "0")}`).join("; "));
  if (line.base.length > 0) words.push(`of ${line.base.join(", ")}`);
  return words.filter(Boolean).join(", ");
}

function limitsOf(line: Schema<"ShownLine">): string {
  return [line.minimum === null ? "" : `at least ${line.minimum}`, line.maximum === null ? "" : `at most ${line.maximum}`].filter(Boolean).join(", ");
}
