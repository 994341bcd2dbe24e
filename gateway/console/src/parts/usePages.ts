// The pages of a list, asked for as the reader scrolls. Totals come with the first page.

import { useInfiniteQuery, keepPreviousData } from "@tanstack/react-query";
import { useMemo } from "react";

interface Page<Row, Totals> {
  items: Row[];
  next_cursor: string | null;
  totals: Totals | null;
}

export interface Pages<Row, Totals> {
  rows: readonly Row[];
  totals: Totals | undefined;
  more: (() => void) | undefined;
  loading: boolean;
  error: Error | null;
  again: () => void;
}

const NONE: readonly never[] = [];

/** A list by its key. `ask` asks for the page after a cursor; `undefined` is the first. */
export function usePages<Row, Totals>(
  key: readonly unknown[],
  ask: (cursor: string | undefined) => Promise<Page<Row, Totals>>,
): Pages<Row, Totals> {
  const found = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const pages = found.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.items) ?? NONE, [pages]);
  const more = found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined;
  return {
    rows,
    totals: pages?.[0]?.totals ?? undefined,
    more,
    loading: found.isPending,
    error: found.error,
    again: () => void found.refetch(),
  };
}
