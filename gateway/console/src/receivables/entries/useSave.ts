// Saving an entry as a whole: a refusal keeps what was typed, and a save whose answer did not arrive is sent again as it was.

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { client, data, newKey, Refused } from "../../api/calls.ts";
import { changedBy, faultsOf } from "../../parts/faults.ts";
import { differences } from "../../parts/merge.ts";
import { flat } from "./conflict.ts";
import { bodyOf, formOf, type Content, type EntryForm, type EntryRead } from "./form.ts";

/** Somebody else has saved the entry. */
export interface Clash {
  theirs: EntryForm;
  by: string | null;
  at: string | null;
}

export interface Save {
  saving: boolean;
  error: Error | undefined;
  clash: Clash | undefined;
  /** The faults of the refusal by their places, and the form that they are about. */
  faults: Readonly<Record<string, string>>;
  refusedForm: EntryForm | undefined;
  refuse: (error: Error, form: EntryForm) => void;
  /** Sends the form; answers the saved entry, or undefined if it was not saved. `content` is the form with its defaults. */
  send: (form: EntryForm, content: Content) => Promise<EntryRead | undefined>;
  settle: () => void;
}

interface State {
  error?: Error;
  clash?: Clash;
  form?: EntryForm;
}

export function useSave(batchId: number, seq: number | null): Save {
  const [state, setState] = useState<State>({});
  const [saving, setSaving] = useState(false);
  const busy = useRef(false);
  // The same key as long as the same entry is sent, so that a new one is never entered twice.
  const sent = useRef<{ body: string; key: string } | undefined>(undefined);
  const queries = useQueryClient();

  async function request(form: EntryForm): Promise<EntryRead> {
    const body = bodyOf(form);
    if (seq !== null) {
      return data(client.PUT("/api/v1/receivables/batches/{batch_id}/entries/{seq}", {
        params: { path: { batch_id: batchId, seq }, header: { "if-match": `"${form.revision}"` } }, body,
      }));
    }
    const text = JSON.stringify(body);
    if (sent.current?.body !== text) sent.current = { body: text, key: newKey() };
    return data(client.POST("/api/v1/receivables/batches/{batch_id}/entries", {
      params: { path: { batch_id: batchId }, header: { "idempotency-key": sent.current.key } }, body,
    }));
  }

  function saved(entry: EntryRead): EntryRead {
    setState({});
    queries.setQueryData(["entry", batchId, entry.seq], entry);
    queries.setQueryData<number[]>(["entries", batchId, "seqs"], (known) => [...(known ?? []).filter((one) => one !== entry.seq), entry.seq].sort((one, other) => one - other));
    for (const name of ["batch", "entries", "batches", "findings", "waiting"]) void queries.invalidateQueries({ queryKey: [name] });
    return entry;
  }

  async function send(form: EntryForm, content: Content): Promise<EntryRead | undefined> {
    if (busy.current) return undefined;
    busy.current = true;
    setSaving(true);
    try {
      return saved(await request(form));
    } catch (failed) {
      const error = failed as Error;
      const clash = changedBy(error);
      if (clash === undefined) setState({ error, form });
      else {
        const current = clash.current as EntryRead;
        const theirs = formOf(current, form.numbers);
        // A save whose answer was lost finds its own work.
        if (differences(flat(form.base), flat(theirs), flat(content)).every((one) => one.theirs === one.yours)) return saved(current);
        setState({ clash: { theirs, by: clash.by, at: clash.at }, form });
      }
      return undefined;
    } finally {
      busy.current = false;
      setSaving(false);
    }
  }

  return {
    saving,
    error: state.error,
    clash: state.clash,
    faults: state.error instanceof Refused ? faultsOf(state.error) : {},
    refusedForm: state.form,
    refuse: (error, form) => setState({ error, form }),
    send,
    settle: () => setState({}),
  };
}
