// What a user has set for themselves, kept by the suite, so that it is the same at every desk.

import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { client, data } from "../api/calls.ts";

export type PreferenceKey = `console.${string}`;
type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const KEY = ["preferences"];
const PATH = "/api/v1/security/me/preferences/{key}";
const saving = new Map<string, Promise<void>>();

async function load(): Promise<Values> {
  // What was never set is not asked for: it would be a refusal for each.
  const { items } = await data(client.GET("/api/v1/security/me/preferences", { params: { query: { limit: 500, totals: false } } }));
  const keys = items.map((item) => item.key).filter((key) => key.startsWith("console."));
  const found = await Promise.all(keys.map((key) => data(client.GET(PATH, { params: { path: { key } } }))));
  return Object.fromEntries(found.map((one) => [one.key, one.value]));
}

/** Keeps the value that is newest when the saving before has ended. A value that cannot be kept lasts until the page is left. */
function keep(queries: QueryClient, key: string): void {
  const before = saving.get(key) ?? Promise.resolve();
  const next = before.then(async () => {
    if (saving.get(key) !== next) return;
    const value = queries.getQueryData<Values>(KEY)?.[key] ?? {};
    await data(client.PUT(PATH, { params: { path: { key } }, body: { value } as never }));
  }).catch(() => undefined);
  saving.set(key, next);
}

export interface Preference<T> {
  value: T;
  /** Changes it from what it is then, here at once and for the user soon. */
  change: (next: (value: T) => T) => void;
  /** Whether it is known yet. */
  known: boolean;
}

/** A preference by its key; `initial` is what it is before anybody has set it. */
export function usePreference<T extends object>(key: PreferenceKey, initial: T): Preference<T> {
  const queries = useQueryClient();
  const found = useQuery({ queryKey: KEY, queryFn: load, staleTime: Infinity, gcTime: Infinity, retry: false });
  const change = useCallback(
    (next: (value: T) => T) => {
      const apply = () => {
        queries.setQueryData<Values>(KEY, (all) => ({ ...all, [key]: { ...next({ ...initial, ...(all?.[key] as Partial<T>) }) } as Record<string, unknown> }));
        keep(queries, key);
      };
      // What is changed before the values are known would be lost when they come.
      if (queries.getQueryData(KEY) !== undefined) apply();
      else void queries.ensureQueryData({ queryKey: KEY, queryFn: load }).then(apply, apply);
    },
    [queries, key, initial],
  );
  return { value: { ...initial, ...(found.data?.[key] as Partial<T>) }, change, known: !found.isPending };
}
