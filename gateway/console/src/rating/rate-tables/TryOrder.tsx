// What an order would come to by the rate tables as they are, and whether this profile is the one that prices it.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, data } from "../../api/calls.ts";
import type { Choice } from "../../parts/choices.ts";
import { Columns } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { LookUp } from "../../parts/LookUp.tsx";
import { Charges, WhyCharged } from "../work-orders/Rated.tsx";

async function ordersLike(words: string): Promise<readonly Choice[]> {
  const found = await data(client.GET("/api/v1/rating/work-orders", { params: { query: { search: words, limit: 20, totals: false } } }));
  return found.items.map((order) => ({ code: order.number, name: order.bill_to_name ?? order.bill_to }));
}

async function tryOrder(number: string) {
  const found = await data(client.GET("/api/v1/rating/work-orders", { params: { query: { search: number, limit: 20, totals: false } } }));
  const order = found.items.find((one) => one.number === number);
  if (order === undefined) return null;
  const trial = await data(client.GET("/api/v1/rating/work-orders/{work_order_id}/rating/trial", { params: { path: { work_order_id: order.id } } }));
  return { order, trial };
}

export function TryOrder({ profileId }: { profileId: number }) {
  const [number, setNumber] = useState("");
  const tried = useQuery({ queryKey: ["rate-tables", "try", number], queryFn: () => tryOrder(number), enabled: number !== "", retry: false });
  const found = tried.data;
  return (
    <section aria-label="Try it on an order">
      <h2>Try it on an order</h2>
      <Columns><LookUp label="Order" recent="work-orders" value={number} change={setNumber} search={ordersLike} /><span /></Columns>
      {tried.error !== null && <Fault error={tried.error} />}
      {found === null && <p>There is no order {number}.</p>}
      {found != null && (
        <>
          <p role="status">
            {found.trial.profile_id === profileId ? "This profile prices " : <>Profile <Link to="/rate-tables/$id" params={{ id: String(found.trial.profile_id) }}>{found.trial.profile_id}</Link> prices </>}
            <Link to="/work-orders/$id" params={{ id: String(found.order.id) }}>{found.order.number}</Link>. Nothing is stored.
          </p>
          <Columns>
            <section aria-label="Charges"><Charges found={found.trial} /></section>
            <WhyCharged found={found.trial} />
          </Columns>
        </>
      )}
    </section>
  );
}
