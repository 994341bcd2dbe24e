// Why an order cannot be rated, the profiles that are nearest with the part that differs, and what fixes it.

import { client, data, type Problem, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { wordsOf } from "../../text/en.ts";
import { differsWords, keyWords, useNames } from "../codes.ts";
import { AddZip, MakeProfiles } from "../gaps/fixes.tsx";
import classes from "./WorkOrder.module.css";

type Order = Schema<"WorkOrderRead">;

/** What a refusal to rate says besides its sentence. */
interface Members {
  key?: Schema<"Key">;
  nearest?: Schema<"NearProfile">[];
  zip?: string;
  candidates?: string[];
}

export function NotRated({ order, problem }: { order: Order; problem: Problem }) {
  const names = useNames();
  const { key, nearest = [], zip = "", candidates = [] } = problem as Problem & Members;
  return (
    <>
      <p>It cannot be rated: <strong>{wordsOf(problem.code)}</strong>.</p>
      <p>{key === undefined ? problem.detail : `There are no rates for ${keyWords(key, names)} on ${order.service_on}.`}</p>
      {nearest.length > 0 && key !== undefined && (
        <Lines label="Nearest profiles" empty="" heads={[{ words: "Nearest profile" }, { words: "Differs in" }, { words: "Commands", unseen: true }]}
          rows={nearest.map((near) => ({
            key: near.profile_id,
            cells: [
              keyWords(near.key, names), <strong key="differs">{differsWords(near.differs)}</strong>,
              <MakeProfiles key="make" words="Make one like this" copies={[{ profile: near, key }]} from={order.service_on} />,
            ],
          }))} />
      )}
      {candidates.length > 0 && (
        <div className={classes["commands"]} role="group" aria-label="Use region">
          {candidates.map((region) => <UseRegion key={region} order={order} region={region} name={names.nameOf("regions", region)} />)}
        </div>
      )}
      {problem.code === "REGION_REQUIRED" && zip !== "" && <AddZip zip={zip} />}
    </>
  );
}

function UseRegion({ order, region, name }: { order: Order; region: string; name: string }) {
  const { whyNot } = useSession();
  return (
    <Command words={`Use region ${name}`} whyNot={whyNot("rating.work_orders", "edit")} stale={["work-order", "work-orders", "coverage", "waiting"]}
      run={() =>
        data(client.PATCH("/api/v1/rating/work-orders/{work_order_id}", {
          params: { path: { work_order_id: order.id }, header: { "if-match": `"${order.revision}"` } }, body: { region },
        }))
      } />
  );
}
