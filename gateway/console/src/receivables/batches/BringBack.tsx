// Brings a posted transaction of the month back into a batch, to be changed or deleted.

import { Button, Modal } from "@mantine/core";
import { useRef, useState } from "react";
import { client, data, type Query, type Schema } from "../../api/calls.ts";
import type { Choice } from "../../parts/choices.ts";
import { Command } from "../../parts/Command.tsx";
import { Fields } from "../../parts/Fields.tsx";
import { isQuestion, LookUp, MOST_FOUND } from "../../parts/LookUp.tsx";
import { amountWords } from "../../parts/money.ts";
import { wordsOf } from "../../text/en.ts";
import type { BatchRow } from "./rules.ts";

const PATH = "/api/v1/receivables/transactions";
const ACTIONS: readonly Choice[] = [{ code: "change", shown: "Change it", name: "" }, { code: "delete", shown: "Delete it", name: "" }];
type Entry = Schema<"EntryRead">;

interface Given {
  batch: BatchRow;
  whyNot: string | undefined;
  done: (entry: Entry) => void;
}

export function BringBack({ batch, whyNot, done }: Given) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" aria-disabled={whyNot !== undefined} title={whyNot} onClick={() => { if (whyNot === undefined) setOpen(true); }}
        {...(whyNot === undefined ? {} : { "data-disabled": true })}>
        Bring back
      </Button>
      {open && <Modal opened onClose={() => setOpen(false)} title="Bring back a posted transaction"><Form batch={batch} done={done} /></Modal>}
    </>
  );
}

function Form({ batch, done }: Omit<Given, "whyNot">) {
  const [transaction, setTransaction] = useState("");
  const [action, setAction] = useState("change");
  const found = useRef(new Map<string, Choice>());
  const search = async (words: string, byCode: boolean): Promise<Choice[]> => {
    const known = found.current.get(words);
    if (byCode && known !== undefined) return [known];
    const query = { ar_company: batch.ar_company, month: batch.month, limit: MOST_FOUND, totals: false, ...(words === "" ? {} : { search: words }) } as Query<typeof PATH>;
    const { items } = await data(client.GET(PATH, { params: { query } }));
    const choices = items.map((one): Choice => ({
      code: String(one.id), shown: one.invoice_number, name: `${wordsOf(one.type)}, ${one.customer_name}, ${amountWords(one.total)}`,
    }));
    for (const choice of choices) found.current.set(choice.code, choice);
    return choices;
  };
  const chosen = transaction !== "" && !isQuestion(transaction);
  return (
    <>
      <p>Only transactions of {batch.month} that were entered here can be brought back. Nobody else can amend the invoice until the batch is posted.</p>
      <Fields label="Bring back">
        <LookUp first label="Transaction" recent={`transaction-${batch.ar_company}-${batch.month}`} search={search} named value={transaction} change={setTransaction}
          placeholder="Invoice number" />
        <LookUp label="To" recent="bring-back" choices={ACTIONS} value={action} change={setAction} />
      </Fields>
      <Command primary words="Bring back" stale={["entries", "batches", "batch"]} whyNot={chosen ? undefined : "Choose a transaction."} done={done}
        run={(key) => data(client.POST("/api/v1/receivables/batches/{batch_id}/posted-transactions", {
          params: { path: { batch_id: batch.id }, header: { "idempotency-key": key } },
          body: { transaction_id: Number(transaction), action: action as "change" | "delete" },
        }))} />
    </>
  );
}
