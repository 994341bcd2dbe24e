// The head of a batch and of its entries: what was entered, of what there should be, and what is left to enter.

import { Totals } from "../../parts/Page.tsx";
import { amountWords, dollarWords } from "../../parts/money.ts";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { counted, wordsOf } from "../../text/en.ts";
import { toGo, type BatchRow } from "./rules.ts";

export function BatchHead({ batch }: { batch: BatchRow }) {
  const left = toGo(batch);
  const { control_total: total, control_count: count } = batch;
  return (
    <Totals>
      <StatusMark status={batch.status} />
      <span>company {batch.ar_company}{batch.source === "ar_invoice" ? "" : `, from ${wordsOf(batch.source)}`}{batch.restricted ? ", restricted" : ""}</span>
      <span>
        entered <strong>{amountWords(batch.entered)}</strong>
        {total !== null && <> of <strong>{amountWords(total)}</strong>, {left === "0.00" ? "adds up" : left.startsWith("-") ? <strong>{amountWords(left.slice(1))} too much</strong> : <strong>{amountWords(left)} to go</strong>}</>}
      </span>
      <span><strong>{batch.entries.toLocaleString("en-US")}</strong>{count === null ? ` ${batch.entries === 1 ? "entry" : "entries"}` : ` of ${counted(count, "entry", "entries")}`}</span>
      {batch.status === "posted" && <span>posted {counted(batch.transactions, "transaction")}, {dollarWords(batch.total)}</span>}
      {batch.description !== "" && <span>{batch.description}</span>}
    </Totals>
  );
}
