// A list of the API by its path: its pages as the reader scrolls, its totals, and the whole of it as a file.

import { client, data, type ListPath, type Query, type RowOf, type TotalsOf } from "../api/calls.ts";
import files from "../api/files.json";
import { usePages } from "./usePages.ts";

/** Where a list can be had as a file, and in which kinds. */
export interface ListFile {
  name: string;
  path: string;
  query: object;
  kinds: readonly string[];
}

/** What a DataTable shows of a list. */
export interface Listed<Row> {
  rows: readonly Row[];
  count: number | undefined;
  more: (() => void) | undefined;
  loading: boolean;
  file: ListFile | undefined;
}

export interface List<Row, Totals> {
  table: Listed<Row>;
  rows: readonly Row[];
  totals: Totals | undefined;
  error: Error | null;
  again: () => void;
}

/** A filter that the list does not have is a mistake of the page. */
type Known<Path extends ListPath, Search> = Record<Exclude<keyof Search, keyof Query<Path>>, never>;

const FILES: Readonly<Record<string, readonly string[]>> = files;
const AT_ONCE = 250;

/** A list by a name for its queries and files. `at` fills in the parameters of the path. */
export function useList<Path extends ListPath, Search extends object>(
  name: string,
  path: Path,
  search: Search & Known<Path, Search>,
  at: Readonly<Record<string, string | number>> = {},
): List<RowOf<Path>, TotalsOf<Path>> {
  const found = usePages<RowOf<Path>, TotalsOf<Path>>([name, at, search], (cursor) => {
    const query = { ...search, limit: AT_ONCE, ...(cursor === undefined ? {} : { cursor }) };
    // What one path takes and answers is checked here by its types; the client knows only all of them together.
    const ask = client.GET as unknown as (path: Path, given: unknown) => Parameters<typeof data>[0];
    return data(ask(path, { params: { path: at, query } })) as Promise<{ items: RowOf<Path>[]; next_cursor: string | null; totals: TotalsOf<Path> | null }>;
  });
  const kinds = FILES[path];
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => encodeURIComponent(at[parameter] ?? ""));
  const { rows, totals, more, loading, error, again } = found;
  const { count } = (totals ?? {}) as { count?: number };
  return {
    table: { rows, count, more, loading, file: kinds === undefined ? undefined : { name, path: filled, query: search, kinds } },
    rows, totals, error, again,
  };
}
