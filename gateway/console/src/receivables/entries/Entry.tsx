// One entry of a batch: an invoice or an amendment, with its header above and its lines below.

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useRef } from "react";
import { client, data } from "../../api/calls.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Page } from "../../parts/Page.tsx";
import { useBatch } from "../batches/useBatch.ts";
import { nameOf } from "../batches/rules.ts";
import { Editor } from "./Editor.tsx";

const route = getRouteApi("/batches/$id/entries/$seq");

export function Entry() {
  const { id, seq } = route.useParams();
  const [batchId, number] = [Number(id), seq === "new" ? null : Number(seq)];
  const batch = useBatch(batchId);
  const entry = useQuery({
    queryKey: ["entry", batchId, number],
    queryFn: () => data(client.GET("/api/v1/receivables/batches/{batch_id}/entries/{seq}", { params: { path: { batch_id: batchId, seq: number ?? 0 } } })),
    enabled: number !== null,
    // Somebody may be typing in it; what others change meanwhile is found when it is saved.
    refetchOnWindowFocus: false,
  });
  // A new entry that is saved gets an address of its own; the one who types in it must not notice.
  const shown = useRef({ seq, forms: 0, savedAs: "" });
  if (shown.current.seq !== seq) {
    const forms = shown.current.forms + (shown.current.savedAs === seq ? 0 : 1);
    shown.current = { seq, forms, savedAs: "" };
  }
  const title = batch.data === undefined ? "Entry" : `Batch ${nameOf(batch.data)}, ${number === null ? "new entry" : `entry ${number}`}`;
  const error = batch.error ?? entry.error;
  if (error !== null) return <Page title={title}><Fault error={error} again={() => { void batch.refetch(); if (number !== null) void entry.refetch(); }} /></Page>;
  if (batch.data === undefined || (number !== null && entry.data === undefined)) return <Page title={title}>{null}</Page>;
  return (
    <Editor key={`${id} ${shown.current.forms}`} title={title} batch={batch.data} entry={number === null ? undefined : entry.data}
      savedAs={(saved) => { shown.current.savedAs = String(saved); }} />
  );
}
