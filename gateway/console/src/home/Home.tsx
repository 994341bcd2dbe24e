// Home: what waits for the user. Each number opens the list that shows exactly that.

import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { client, data, type Schema } from "../api/calls.ts";
import { useJobs } from "../frame/jobs.ts";
import { useSession } from "../frame/session.tsx";
import { addressOf } from "../frame/ways.ts";
import { Fault } from "../parts/Fault.tsx";
import { dollarWords } from "../parts/money.ts";
import { Page } from "../parts/Page.tsx";
import { useRecent } from "../parts/useRecent.ts";
import { wordsOf } from "../text/en.ts";
import classes from "./Home.module.css";
import { pageOf } from "./lists.ts";

type Part = Schema<"WaitingPart">;

interface Row {
  words: string;
  part: Part;
}

function rated(found: Schema<"RatingWaiting">): Row[] {
  const rows: [string, Part | null][] = [
    ["Ready to export", found.ready_to_export],
    ["Waiting for their roll-up", found.to_roll_up],
    ["Draft invoices", found.drafts],
    ["Refused in Accounts Receivable", found.refused],
    ["Rating runs that go on", found.rating_runs],
    ["Exports that go on", found.exports],
  ];
  const failing = (found.failing ?? []).map((part) => ({ words: `Not rated: ${wordsOf(part.reason)}`, part }));
  return [...rows.flatMap(([words, part]) => (part === null ? [] : [{ words, part }])), ...failing];
}

function received(found: Schema<"ReceivablesWaiting">): Row[] {
  const batches: [string, Part | null][] = found.batches === null ? [] : [
    ["Batches to validate", found.batches.open],
    ["Batches with errors", found.batches.errors],
    ["Batches with warnings", found.batches.warnings],
    ["Batches to post", found.batches.valid],
    ["Batches to approve", found.batches.awaiting_approval],
  ];
  const rows: [string, Part | null][] = [
    ...batches,
    ["Credits to approve", found.credit_requests],
    ["Customers over their credit limit", found.customers_over_limit],
    ["E-mails that could not be sent", found.emails_failed],
    ["Months to reopen", found.month_reopenings],
  ];
  return rows.flatMap(([words, part]) => (part === null ? [] : [{ words, part }]));
}

export function Home() {
  const { me } = useSession();
  const rating = useQuery({ queryKey: ["waiting", "rating"], queryFn: () => data(client.GET("/api/v1/rating/waiting")), refetchInterval: 30_000 });
  const receivables = useQuery({
    queryKey: ["waiting", "receivables"],
    queryFn: () => data(client.GET("/api/v1/receivables/waiting")),
    refetchInterval: 30_000,
  });
  return (
    <Page title={`Good day, ${me.display_name || me.name}`}>
      <div className={classes["columns"]}>
        <Waiting title="Rating" rows={rating.data && rated(rating.data)} error={rating.error} />
        <Waiting title="Receivables" rows={receivables.data && received(receivables.data)} error={receivables.error} />
        <Running />
        <Recent />
      </div>
    </Page>
  );
}

function Running() {
  const jobs = useJobs();
  const router = useRouter();
  if (jobs === undefined || jobs.length === 0) return null;
  return (
    <section className={classes["waiting"]} aria-label="Running">
      <h2>Running</h2>
      <ul>
        {jobs.map((job) => {
          const address = addressOf(router, [job.path]);
          return (
            <li key={job.key} className={classes["job"]}>
              {address === undefined ? <span>{job.title}</span> : <Link to={address}>{job.title}</Link>}
              <progress max={job.whole} value={job.done} aria-label={job.title} />
              <span>{job.words}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Recent() {
  const recent = useRecent();
  if (recent.length === 0) return null;
  return (
    <section className={classes["waiting"]} aria-label="Opened recently">
      <h2>Opened recently</h2>
      <ul>{recent.slice(0, 8).map((page) => <li key={page.path} className={classes["recent"]}><Link to={page.path}>{page.title}</Link></li>)}</ul>
    </section>
  );
}

function Waiting({ title, rows, error }: { title: "Rating" | "Receivables"; rows: Row[] | undefined; error: Error | null }) {
  if (error !== null) return <Fault error={error} />;
  const some = rows?.filter(({ part }) => part.count > 0);
  return (
    <section className={classes["waiting"]} aria-label={`What waits in ${title.toLowerCase()}`} aria-busy={rows === undefined}>
      <h2>{title}</h2>
      {some?.length === 0 && <p>Nothing waits here.</p>}
      <ul>
        {some?.map(({ words, part }) => (
          <li key={words}>
            <span>{words}</span>
            <strong>{part.count.toLocaleString("en-US")}</strong>
            <span>{part.total === null ? "" : dollarWords(part.total)}</span>
            {pageOf(part.list, title) !== undefined && <a href={pageOf(part.list, title)} aria-label={`Open: ${words}`}>Open</a>}
          </li>
        ))}
      </ul>
    </section>
  );
}
