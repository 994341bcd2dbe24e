// Operations on one page: how each process is, what waits, messages that could not be handled, and whether the books agree.

import { useQuery } from "@tanstack/react-query";
import { client, data, type Schema } from "../api/calls.ts";
import { useSession } from "../frame/session.tsx";
import { momentWords } from "../parts/dates.ts";
import { Facts } from "../parts/Facts.tsx";
import { Fault } from "../parts/Fault.tsx";
import { Page, Totals } from "../parts/Page.tsx";
import { StatusMark } from "../parts/StatusMark.tsx";
import { counted, wordsOf } from "../text/en.ts";
import { Books } from "./Books.tsx";
import { DeadLetters } from "./DeadLetters.tsx";
import classes from "./Operations.module.css";

type Process = Schema<"ProcessState">;
const LOOK_MS = 10_000;

/** The state of a process in one word. */
function stateOf({ problem, status }: Process): "active" | "warnings" | "errors" {
  if (problem !== "" || status === null) return "errors";
  return status.parts.some((part) => part.state !== "ok") ? "warnings" : "active";
}

function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

const WORDS = { active: "running", warnings: "degraded", errors: "down" } as const;

export function Operations() {
  const { whyNot } = useSession();
  const refused = whyNot("operations.status", "view");
  const found = useQuery({
    queryKey: ["operations"], queryFn: () => data(client.GET("/api/v1/operations/status")), refetchInterval: LOOK_MS, enabled: refused === undefined,
  });
  if (refused !== undefined) return <Page title="Operations"><p>{refused}</p></Page>;
  const processes = found.data?.processes ?? [];
  const wrong = processes.filter((process) => stateOf(process) !== "active");
  return (
    <Page title="Operations">
      {found.error !== null && <Fault error={found.error} again={() => void found.refetch()} />}
      {found.data !== undefined && (
        <Totals>
          <strong>{wrong.length === 0 ? "Everything runs" : `${counted(wrong.length, "process", "processes")} of ${processes.length} not as it should be`}</strong>
          <span>asked at {momentWords(found.data.at)}, every {LOOK_MS / 1_000} seconds</span>
        </Totals>
      )}
      <div className={classes["cards"]}>{processes.map((process) => <Card key={process.name} process={process} />)}</div>
      <DeadLetters />
      <Books />
    </Page>
  );
}

function Card({ process }: { process: Process }) {
  const { name, problem, status } = process;
  const state = stateOf(process);
  return (
    <section className={classes["card"]} aria-label={`Process ${name}`}>
      <h2>{wordsOf(name)} <StatusMark status={state} words={WORDS[state]} /></h2>
      {problem !== "" && <p>{problem}</p>}
      {status !== null && (
        <Facts facts={[
          ["Version", status.version],
          ...status.parts.map((part): [string, string] => [part.name === "nats" ? "NATS" : capital(wordsOf(part.name)), part.state]),
          ["Requests, 5 min", status.latency === null ? "none" : status.latency.requests.toLocaleString("en-US")],
          ["Half within", status.latency === null ? "" : `${status.latency.p50_ms} ms`],
          ["99% within", status.latency === null ? "" : `${status.latency.p99_ms} ms`],
          ["Events that wait", status.outbox === null ? "" : status.outbox.pending === 0 ? "none" : `${status.outbox.pending.toLocaleString("en-US")}, the oldest for ${Math.round(status.outbox.oldest_age_seconds)} s`],
          ["Dead letters", status.dead_letters === null ? "" : String(status.dead_letters)],
          ...status.latest.map((run): [string, string] => [`Last ${run.kind}`, `${run.id}, ${wordsOf(run.status)}, ${momentWords(run.at)}${run.problems === 0 ? "" : `, ${counted(run.problems, run.kind === "export" ? "refusal" : "difference")}`}`]),
        ]} />
      )}
    </section>
  );
}
