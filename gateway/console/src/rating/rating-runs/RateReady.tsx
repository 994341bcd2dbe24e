// Rates all open orders that are ready. How many there are, and what they would come to, is asked before.

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { dollarWords } from "../../parts/money.ts";
import { counted, wordsOf } from "../../text/en.ts";

const PATH = "/api/v1/rating/rating-runs";
export const RUN_STALE = ["rating-runs", "work-orders", "work-order", "ready", "waiting", "coverage", "rollups", "wip"];

/** Starts a rating run. */
export async function startRun(selection: Schema<"RunSelection">, key: string): Promise<Schema<"RatingRun">> {
  const run = await data(client.POST(PATH, { params: { header: { "idempotency-key": key } }, body: selection }));
  return run as Schema<"RatingRun">;
}

/** What a run would rate. */
async function checkRun(selection: Schema<"RunSelection">): Promise<Schema<"RatingRunCheck">> {
  return (await data(client.POST(PATH, { params: { query: { check: true } } as never, body: selection }))) as Schema<"RatingRunCheck">;
}

export function RateReady() {
  const { whyNot } = useSession();
  const navigate = useNavigate();
  const denied = whyNot("rating.rating", "edit");
  // Without an open order, the check would be refused.
  const open = useQuery({
    queryKey: ["work-orders", "open"],
    queryFn: async () => (await data(client.GET("/api/v1/rating/work-orders", { params: { query: { status: ["open"], limit: 1, totals: false } } }))).items.length,
    enabled: denied === undefined,
  });
  const check = useQuery({ queryKey: ["rating-runs", "check"], queryFn: () => checkRun({}), enabled: denied === undefined && open.data === 1, retry: false });
  const found = check.data;
  const failing = found?.outcomes.filter((one) => one.outcome !== "RATED" && one.orders > 0) ?? [];
  const words = found === undefined ? "Rate what is ready" : `Rate ${counted(found.orders, "order")}, ${dollarWords(found.total)}`;
  return (
    <Command primary words={words} stale={RUN_STALE} run={(key) => startRun({}, key)}
      whyNot={denied ?? (check.error !== null ? check.error.message : found?.orders === 0 || open.data === 0 ? "No open order can be rated." : undefined)}
      confirm={{
        title: "Rate all open orders that are ready",
        about: (
          <>
            <p>Each order is rated for itself; one that cannot be rated does not stop the others.</p>
            {failing.length > 0 && <p>Not rated: {failing.map((one) => `${counted(one.orders, "order")}, ${wordsOf(one.outcome)}`).join("; ")}.</p>}
          </>
        ),
        words,
      }}
      done={(run) => void navigate({ to: "/rating-runs/$id", params: { id: String(run.id) } })} />
  );
}
