// What can be done with an entry: save it, go to the next one, remove it, and start write-offs from here.

import { Button, Menu, Tooltip } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { client, data } from "../../api/calls.ts";
import { Command } from "../../parts/Command.tsx";
import { dollarWords } from "../../parts/money.ts";
import type { BatchRow } from "../batches/rules.ts";
import { isChanged, type EntryForm, type EntryRead } from "./form.ts";
import type { Save } from "./useSave.ts";

interface Given {
  batch: BatchRow;
  entry: EntryRead | undefined;
  form: EntryForm;
  save: Save;
  whyClosed: string | undefined;
  send: (then: "stay" | "next") => void;
}

export function EntryCommands({ batch, entry, form, save, whyClosed, send }: Given) {
  const navigate = useNavigate();
  const toBatch = () => void navigate({ to: "/batches/$id", params: { id: String(batch.id) } });
  const closed = whyClosed === undefined ? {} : { "data-disabled": true };
  return (
    <>
      <span role="status" aria-label="Saved or not">{save.saving ? "Saving…" : isChanged(form) ? "Not saved" : entry === undefined ? "" : "Saved"}</span>
      <Menu position="bottom-end">
        <Menu.Target><Button variant="default">More ▾</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={toBatch}>Back to the batch</Menu.Item>
          <Menu.Item onClick={() => void navigate({ to: "/write-offs", search: { ar_company: String(batch.ar_company), month: batch.month } })}>
            Automatic write-offs
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {entry !== undefined && (
        <Command words="Remove" whyNot={whyClosed} stale={["entries", "batch", "batches", "findings"]}
          confirm={{ title: "Remove the entry", about: <p>Entry {entry.seq} is removed from the batch. This cannot be undone.</p>, words: `Remove entry ${entry.seq}, ${dollarWords(entry.total)}` }}
          run={() => data(client.DELETE("/api/v1/receivables/batches/{batch_id}/entries/{seq}", {
            params: { path: { batch_id: batch.id, seq: entry.seq }, header: { "if-match": `"${form.revision}"` } },
          }))} done={toBatch} />
      )}
      <Button variant="default" aria-disabled={whyClosed !== undefined} {...closed} onClick={() => { if (whyClosed === undefined) send("next"); }} title={whyClosed ?? "Ctrl+Enter"}>Save and next</Button>
      <Tooltip label={whyClosed ?? "Ctrl+S"}>
        <Button variant="filled" aria-disabled={whyClosed !== undefined} {...closed} onClick={() => { if (whyClosed === undefined) send("stay"); }} loading={save.saving}>Save</Button>
      </Tooltip>
    </>
  );
}
