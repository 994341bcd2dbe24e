// The keys of an entry, wherever the focus is: Ctrl+S saves, Ctrl+Enter saves and opens the next one, Alt with an arrow goes
// to another entry.

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { client, data } from "../../api/calls.ts";

export function useEntryKeys(batchId: number, seq: number | null, save: (then: "stay" | "next") => void): void {
  const navigate = useNavigate();
  const seqs = useQuery({
    queryKey: ["entries", batchId, "seqs"],
    queryFn: async () => (await data(client.GET("/api/v1/receivables/batches/{batch_id}/entries", { params: { path: { batch_id: batchId }, query: { limit: 500, totals: false } } }))).items.map((one) => one.seq),
  }).data;
  const now = useRef({ save, seqs });
  now.current = { save, seqs };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (document.querySelector("[role=dialog]") !== null) return;
      const control = event.ctrlKey || event.metaKey;
      const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
      if (control && event.key === "s") now.current.save("stay");
      else if (control && event.key === "Enter") now.current.save("next");
      else if (step !== undefined) {
        const all: readonly (number | null)[] = [...(now.current.seqs ?? []), null];
        const to = all[all.indexOf(seq) + step];
        if (to !== undefined) void navigate({ to: "/batches/$id/entries/$seq", params: { id: String(batchId), seq: String(to ?? "new") } });
      } else return;
      event.preventDefault();
    };
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, [batchId, seq, navigate]);
}
