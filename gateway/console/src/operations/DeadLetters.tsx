// Messages that could not be handled, each with its reason and content. Retrying handles a message again, once.

import { useQuery } from "@tanstack/react-query";
import { client, data, type Schema } from "../api/calls.ts";
import { useSession } from "../frame/session.tsx";
import { Command } from "../parts/Command.tsx";
import { momentWords } from "../parts/dates.ts";
import { Fault } from "../parts/Fault.tsx";
import { Lines } from "../parts/Lines.tsx";
import { counted } from "../text/en.ts";
import classes from "./Operations.module.css";

const SERVICES = ["rating", "receivables"] as const;
const MOST = 50;
const STALE = ["dead-letters", "operations"];

interface Letter {
  service: (typeof SERVICES)[number];
  letter: Schema<"DeadLetterRead">;
}

function retry({ service, letter }: Letter, key: string) {
  return data(client.POST(`/api/v1/${service}/dead-letters/{dead_letter_id}/replay`, { params: { path: { dead_letter_id: letter.id }, header: { "idempotency-key": key } } }));
}

export function DeadLetters() {
  const { whyNot } = useSession();
  const found = useQuery({
    queryKey: ["dead-letters"],
    queryFn: async () => {
      const pages = await Promise.all(SERVICES.map((service) => data(client.GET(`/api/v1/${service}/dead-letters`, { params: { query: { limit: MOST } } }))));
      return {
        count: pages.reduce((sum, page) => sum + (page.totals?.count ?? 0), 0),
        letters: pages.flatMap((page, place): Letter[] => page.items.map((letter) => ({ service: SERVICES[place] ?? "rating", letter }))),
      };
    },
    refetchInterval: 30_000,
  });
  const refused = whyNot("operations.status", "edit");
  const { letters = [], count = 0 } = found.data ?? {};
  return (
    <section aria-label="Dead letters" aria-busy={found.isPending}>
      <div className={classes["head"]}>
        <h2>Dead letters</h2>
        {letters.length > 1 && (
          <Command words={`Retry all ${letters.length}`} whyNot={refused} stale={STALE}
            run={async (key) => {
              const results = await Promise.allSettled(letters.map((one) => retry(one, `${key} ${one.service} ${one.letter.id}`)));
              const failed = results.filter((result) => result.status === "rejected");
              if (failed.length > 0) throw new Error(`${counted(failed.length, "message")} of ${results.length} could not be handled this time either. Retry them one by one to see why.`);
            }} />
        )}
      </div>
      {found.error !== null && <Fault error={found.error} again={() => void found.refetch()} />}
      {found.data !== undefined && (
        <Lines label="Messages that could not be handled" empty="No message waits: all of them were handled."
          heads={[{ words: "Consumer" }, { words: "Since" }, { words: "Why" }, { words: "Message" }, { words: "Again" }]}
          rows={letters.map((one) => ({
            key: `${one.service} ${one.letter.id}`,
            cells: [
              one.letter.consumer, momentWords(one.letter.created_at), `${one.letter.reason} (delivered ${counted(one.letter.deliveries, "time")})`,
              <details key="payload"><summary>{one.letter.subject}</summary><pre className={classes["payload"]}>{JSON.stringify(one.letter.payload, null, 1)}</pre></details>,
              <Command key="retry" words="Retry" label={`Retry message ${one.letter.id} of ${one.service}`} whyNot={refused} stale={STALE} run={(key) => retry(one, key)} />,
            ],
          }))} />
      )}
      {count > letters.length && <p>These are the oldest {letters.length} of {counted(count, "message")}.</p>}
    </section>
  );
}
