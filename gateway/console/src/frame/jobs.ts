// The jobs of the user that are running, wherever they were started; a reload shows the same.

import { useQuery } from "@tanstack/react-query";
import { client, data } from "../api/calls.ts";
import { counted } from "../text/en.ts";
import { useSession } from "./session.tsx";

export interface Job {
  key: string;
  path: string;
  title: string;
  /** How far it is, as words and as numbers. */
  words: string;
  done: number;
  whole: number;
}

const OFTEN_MS = 3_000;
const SELDOM_MS = 20_000;
const MINE = { requested_by: "me", finished: false, limit: 5, totals: false } as const;

async function exportsNow(): Promise<Job[]> {
  const { items } = await data(client.GET("/api/v1/rating/exports", { params: { query: MINE } }));
  return items.map((run) => ({
    key: `export ${run.id}`, path: `/exports/${run.id}`, title: `Export ${run.id}`, done: run.exported + run.refused, whole: run.invoices,
    words: `${(run.exported + run.refused).toLocaleString("en-US")} of ${counted(run.invoices, "invoice")}, ${run.refused.toLocaleString("en-US")} refused`,
  }));
}

async function ratingRunsNow(): Promise<Job[]> {
  const { items } = await data(client.GET("/api/v1/rating/rating-runs", { params: { query: MINE } }));
  return items.map((run) => ({
    key: `rating ${run.id}`, path: `/rating-runs/${run.id}`, title: `Rating run ${run.id}`, done: run.rated + run.failed, whole: run.orders,
    words: `${(run.rated + run.failed).toLocaleString("en-US")} of ${counted(run.orders, "order")}, ${run.failed.toLocaleString("en-US")} failed`,
  }));
}

async function batchesNow(): Promise<Job[]> {
  const query = { mine: true, status: ["validating", "posting"], limit: 5, totals: false } as const;
  const { items } = await data(client.GET("/api/v1/receivables/batches", { params: { query: { ...query, status: [...query.status] } } }));
  return items.map((batch) => ({
    key: `batch ${batch.id}`, path: `/batches/${batch.id}`, title: `Batch ${batch.month} #${batch.number}`, done: 0, whole: batch.entries,
    words: `${batch.status}, ${counted(batch.entries, "entry", "entries")}`,
  }));
}

const KINDS = [
  { feature: "rating.export", ask: exportsNow },
  { feature: "rating.rating", ask: ratingRunsNow },
  { feature: "receivables.batches", ask: batchesNow },
] as const;

/** The jobs that run now; undefined before that is known. */
export function useJobs(): readonly Job[] | undefined {
  const { whyNot } = useSession();
  const asks = KINDS.filter(({ feature }) => whyNot(feature, "view") === undefined).map(({ ask }) => ask);
  const found = useQuery({
    queryKey: ["jobs", asks.length],
    queryFn: async () => (await Promise.all(asks.map((ask) => ask()))).flat(),
    refetchInterval: (query) => ((query.state.data?.length ?? 0) > 0 ? OFTEN_MS : SELDOM_MS),
  });
  return found.data;
}
