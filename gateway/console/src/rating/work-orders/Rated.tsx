// The charges of an order, and why each of them is there or is not. An order that is not rated shows what its rating would
// be, or why it would be refused and how that is fixed.

import { useQuery } from "@tanstack/react-query";
import { client, data, Refused, type Schema } from "../../api/calls.ts";
import { momentWords } from "../../parts/dates.ts";
import { Facts } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords } from "../../parts/money.ts";
import { Why } from "../../parts/Why.tsx";
import { wordsOf } from "../../text/en.ts";
import { keyWords, useNames } from "../codes.ts";
import { ByHand } from "./charges.tsx";
import { NotRated } from "./NotRated.tsx";
import { isRated } from "./rules.ts";

type Order = Schema<"WorkOrderRead">;
type Found = Schema<"Rating"> | Schema<"Trial">;

async function ratingOf(orderId: number, rated: boolean): Promise<Found> {
  const params = { path: { work_order_id: orderId } };
  if (rated) return data(client.GET("/api/v1/rating/work-orders/{work_order_id}/rating", { params }));
  return data(client.GET("/api/v1/rating/work-orders/{work_order_id}/rating/trial", { params }));
}

export function useRating(order: Order, trial: boolean) {
  const rated = isRated(order.status) && !trial;
  return useQuery({
    queryKey: ["work-order", order.id, "rating", order.revision, rated],
    queryFn: () => ratingOf(order.id, rated),
    enabled: rated || trial || order.status === "open",
    // An order that cannot be rated will not be ratable a moment later.
    retry: (count, error) => !(error instanceof Refused) && count < 2,
  });
}

export function Rated({ order, trial }: { order: Order; trial: boolean }) {
  const found = useRating(order, trial);
  const rated = isRated(order.status) && !trial;
  const heading = rated ? "Charges" : trial ? "Charges, if it were rated again now" : "Charges, if it were rated now";
  if (!isRated(order.status) && order.status !== "open") {
    return <section aria-label="Charges"><h2>Charges</h2><p>The order is {order.status} and has no charges.</p></section>;
  }
  if (found.error !== null) {
    const isRefused = found.error instanceof Refused && found.error.problem.status < 500;
    return (
      <section aria-label="Charges">
        <h2>Charges</h2>
        {isRefused ? <NotRated order={order} problem={(found.error as Refused).problem} /> : <Fault error={found.error} again={() => void found.refetch()} />}
        <ByHand order={order} />
      </section>
    );
  }
  if (found.data === undefined) return null;
  return (
    <>
      <section aria-label="Charges">
        <h2>{heading}</h2>
        <Charges found={found.data} />
        <ByHand order={order} />
      </section>
      <WhyCharged found={found.data} />
    </>
  );
}

export function Charges({ found }: { found: Found }) {
  const { lines, total, charges_total: charges, advances_total: advances } = found;
  const changes = "changes" in found ? found.changes : [];
  return (
    <>
      <Lines label="Charged lines" empty="Nothing is charged."
        heads={[{ words: "Item" }, { words: "Quantity × rate", right: true }, { words: "Amount", right: true }]}
        rows={lines.map((line) => ({ key: line.position, cells: [<Item key="item" line={line} />, reckoned(line), amountWords(line.amount)] }))}
        sums={["Total", "", amountWords(total)]} />
      <Facts facts={[
        ["Charges", amountWords(charges)], ["Fee advances", amountWords(advances)],
        ...("rated_by" in found ? [["Rated", `${momentWords(found.rated_at)} by ${found.rated_by}, version ${found.version}`] as [string, string]] : []),
        ...("not_ready" in found && found.not_ready !== "" ? [["Not ready", found.not_ready] as [string, string]] : []),
        ["Changed by it", changes.map((change) => `${change.billing_item} ${amountOr(change.before)} → ${amountOr(change.after)}`).join(", ")],
      ]} />
    </>
  );
}

function amountOr(amount: string | null): string {
  return amount === null ? "none" : amountWords(amount);
}

function Item({ line }: { line: Schema<"RatingLine"> }) {
  const notes = [
    line.fee_advance ? "fee advance" : "",
    line.origin === "manual" ? "by hand" : line.origin === "prebill" ? "prebill" : "",
    line.override_reason === null ? "" : `overridden, was ${amountOr(line.original_amount)}: ${line.override_reason}`,
    line.comment,
  ].filter(Boolean);
  return <><span title={`Account ${line.income_account}`}>{line.billing_item}</span>{notes.length > 0 && <small> {notes.join("; ")}</small>}</>;
}

/** How the amount of a line is reckoned; a flat fee has nothing to reckon. */
function reckoned(line: Pick<Schema<"RatingLine">, "reason" | "charged" | "unit" | "unit_rate">): string {
  if (line.reason !== "") return line.reason;
  const charged = Number(line.charged).toLocaleString("en-US", { maximumFractionDigits: 3 });
  if (charged === "1" && line.unit === "") return "";
  return `${charged}${line.unit === "" ? "" : ` ${line.unit}`} × ${line.unit_rate.replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}

export function WhyCharged({ found }: { found: Found }) {
  const names = useNames();
  const { explanation } = found;
  return (
    <Why reasons={explanation.lines}
      about={[
        ["Rated for", keyWords(explanation.key, names)],
        ["Profile", explanation.profile_key == null ? "" : `${found.profile_id}, ${keyWords(explanation.profile_key, names)}`],
        ["Rates from", `${explanation.effective_from}${explanation.source === "" ? "" : `, ${explanation.source}`}`],
        ["Region from", explanation.region_from === "zip" ? "the served ZIP" : "the order"],
        ["Triggers", explanation.fired_triggers?.map((code) => names.nameOf("bill_types", code)).join(", ") ?? ""],
        ["Unused triggers", explanation.unused_triggers?.map((code) => names.nameOf("bill_types", code)).join(", ") ?? ""],
        ["Unused quantities", explanation.unused_quantities?.map(wordsOf).join(", ") ?? ""],
      ]} />
  );
}
