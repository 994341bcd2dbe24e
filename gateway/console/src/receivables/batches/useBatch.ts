// A batch, followed for as long as a job is at work on it.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { client, data } from "../../api/calls.ts";
import { follow } from "../../api/stream.ts";
import { isBusy, type BatchRow } from "./rules.ts";

export function useBatch(batchId: number) {
  const queries = useQueryClient();
  const found = useQuery({
    queryKey: ["batch", batchId],
    queryFn: () => data(client.GET("/api/v1/receivables/batches/{batch_id}", { params: { path: { batch_id: batchId } } })),
  });
  const busy = found.data !== undefined && isBusy(found.data);
  useEffect(() => {
    if (!busy) return undefined;
    return follow<BatchRow>(`/api/v1/receivables/batches/${batchId}/events`, ["progress", "done"], (state) => {
      queries.setQueryData(["batch", batchId], state);
      if (isBusy(state)) return false;
      for (const name of ["entries", "findings", "batches", "waiting"]) void queries.invalidateQueries({ queryKey: [name] });
      return true;
    });
  }, [busy, batchId, queries]);
  return found;
}
