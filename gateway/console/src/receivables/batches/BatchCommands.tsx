// What can be done with a batch next: validate, post, approve or reject, or clear it.

import { useQueryClient } from "@tanstack/react-query";
import { client, data } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { dollarWords } from "../../parts/money.ts";
import { counted } from "../../text/en.ts";
import { whyNotEdited, whyNotPosted, whyNotValidated, type BatchRow } from "./rules.ts";

const STALE = ["batches", "entries", "findings", "waiting"] as const;

export function BatchCommands({ batch }: { batch: BatchRow }) {
  const { whyNot } = useSession();
  const queries = useQueryClient();
  const done = (after: BatchRow) => queries.setQueryData(["batch", batch.id], after);
  const params = (key: string) => ({ path: { batch_id: batch.id }, header: { "idempotency-key": key } });
  const sum = `${counted(batch.entries, "entry", "entries")}, ${dollarWords(batch.entered)}`;
  const ready = whyNotPosted(batch) === undefined;
  if (batch.status === "posted" || batch.status === "cancelled") return null;
  if (batch.status === "awaiting_approval") {
    const refused = whyNot("receivables.posting", "approve");
    return (
      <>
        <Command words="Reject" stale={STALE} whyNot={refused} done={done}
          run={(key) => data(client.POST("/api/v1/receivables/batches/{batch_id}/reject", { params: params(key) }))} />
        <Command primary words={`Approve and post ${sum}`} stale={STALE} whyNot={refused} done={done}
          confirm={{ title: "Approve and post", about: <p>The entries become part of the books. After that, they are changed only by amendments.</p>, words: `Approve and post ${sum}` }}
          run={(key) => data(client.POST("/api/v1/receivables/batches/{batch_id}/approve", { params: params(key) }))} />
      </>
    );
  }
  return (
    <>
      <Command words="Clear" stale={STALE} whyNot={whyNot("receivables.batches", "edit") ?? whyNotEdited(batch)} done={done}
        confirm={{ title: "Clear the batch", about: <p>Its entries are deleted, and transactions that were brought back stay as they are. This cannot be undone.</p>, words: `Delete ${sum}` }}
        run={(key) => data(client.POST("/api/v1/receivables/batches/{batch_id}/clear", { params: params(key) }))} />
      <Command primary={!ready} shortcut="V" words="Validate" stale={STALE} whyNot={whyNot("receivables.batches", "edit") ?? whyNotValidated(batch)} done={done}
        run={(key) => data(client.POST("/api/v1/receivables/batches/{batch_id}/validate", { params: params(key) }))} />
      <Command primary={ready} shortcut="P" words="Post" stale={STALE} whyNot={whyNot("receivables.posting", "edit") ?? whyNotPosted(batch)} done={done}
        confirm={{
          title: "Post the batch",
          about: <p>{batch.warnings > 0 ? `It has ${counted(batch.warnings, "warning")}. ` : ""}The entries become part of the books. After that, they are changed only by amendments.</p>,
          words: `Post ${sum}`,
        }}
        run={(key) => data(client.POST("/api/v1/receivables/batches/{batch_id}/post", { params: params(key) }))} />
    </>
  );
}
