// Whether the three books agree: rating, the sub-ledger of receivables and its general ledger, and what is between them.

import { useQuery } from "@tanstack/react-query";
import { client, data } from "../api/calls.ts";
import { useSession } from "../frame/session.tsx";
import { Command } from "../parts/Command.tsx";
import { momentWords } from "../parts/dates.ts";
import { Fault } from "../parts/Fault.tsx";
import { Lines } from "../parts/Lines.tsx";
import { amountWords } from "../parts/money.ts";
import { StatusMark } from "../parts/StatusMark.tsx";
import { counted, wordsOf } from "../text/en.ts";
import { equationsOf } from "./books.ts";
import classes from "./Operations.module.css";

export function Books() {
  const { whyNot } = useSession();
  const refused = { rating: whyNot("rating.reconciliation", "view"), receivables: whyNot("receivables.reconciliation", "view") };
  const receivables = useQuery({ queryKey: ["books", "receivables"], queryFn: () => data(client.GET("/api/v1/receivables/reconciliation")), enabled: refused.receivables === undefined });
  const from = receivables.data?.from_month;
  const rating = useQuery({
    queryKey: ["books", "rating", from], enabled: refused.rating === undefined && (refused.receivables !== undefined || from !== undefined),
    queryFn: () => data(client.GET("/api/v1/rating/reconciliation", { params: { query: from === undefined ? {} : { from_month: from } } })),
  });
  if (refused.rating !== undefined && refused.receivables !== undefined) return null;
  const equations = equationsOf(rating.data, receivables.data);
  const differences = [...(rating.data?.differences ?? []), ...(receivables.data?.differences ?? [])];
  return (
    <section aria-label="The books">
      <div className={classes["head"]}>
        <h2>The three books</h2>
        <Command words="Compare again" stale={["books"]} run={() => Promise.resolve()} />
      </div>
      {rating.error !== null && <Fault error={rating.error} again={() => void rating.refetch()} />}
      {receivables.error !== null && <Fault error={receivables.error} again={() => void receivables.refetch()} />}
      <Lines label="What must be equal" empty="Comparing…"
        heads={[{ words: "What" }, { words: "One book" }, { words: "Amount", right: true }, { words: "The other" }, { words: "Amounts", right: true }, { words: "Difference", right: true }, { words: "Verdict" }]}
        rows={equations.map((one) => ({
          key: one.words,
          cells: [
            one.words, one.left.words, amountWords(one.left.amount), one.right.words, amountWords(one.right.amount), amountWords(one.difference),
            <StatusMark key="verdict" status={one.difference === "0.00" ? "valid" : "errors"} words={one.difference === "0.00" ? "agree" : "differ"} />,
          ],
        }))} />
      {differences.length > 0 && (
        <Lines label="Differences" empty="" heads={[{ words: "Kind" }, { words: "Document" }, { words: "What is wrong" }, { words: "Amount", right: true }]}
          rows={differences.map((one) => ({ key: `${one.kind} ${one.document}`, cells: [wordsOf(one.kind), one.document, one.detail, amountWords(one.amount)] }))} />
      )}
      {refused.receivables === undefined && <Runs />}
    </section>
  );
}

/** The runs that check every month, closed ones too. */
function Runs() {
  const runs = useQuery({
    queryKey: ["books", "runs"], queryFn: () => data(client.GET("/api/v1/receivables/reconciliation/runs", { params: { query: { limit: 1 } } })),
    refetchInterval: (query) => (query.state.data?.items[0]?.status === "running" ? 2_000 : false),
  });
  const run = runs.data?.items[0];
  return (
    <div className={classes["head"]}>
      {run === undefined ? <p>{runs.error === null ? "All months together were never checked." : runs.error.message}</p> : (
        <p>
          All months: {run.checked} of {counted(run.months, "month")} checked, {counted(run.differences, "difference")}, {wordsOf(run.status)}, {momentWords(run.requested_at)} by {run.requested_by}.
        </p>
      )}
      <Command words="Check every month" stale={["books"]} whyNot={run?.status === "running" ? "A check is running." : undefined}
        run={() => data(client.POST("/api/v1/receivables/reconciliation/runs"))} />
    </div>
  );
}
