// Why an order comes to what it comes to, beside the list.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { client, data, type Schema } from "../../api/calls.ts";
import { Fault } from "../../parts/Fault.tsx";
import { SidePeek } from "../../parts/SidePeek.tsx";
import { wordsOf } from "../../text/en.ts";
import { Charges, WhyCharged } from "../work-orders/Rated.tsx";

export function Peek({ row, close }: { row: Schema<"ReadyRow">; close: () => void }) {
  const found = useQuery({
    queryKey: ["work-order", row.work_order_id, "rating", row.revision, true],
    queryFn: () => data(client.GET("/api/v1/rating/work-orders/{work_order_id}/rating", { params: { path: { work_order_id: row.work_order_id } } })),
  });
  return (
    <SidePeek title={`${row.number}, ${row.bill_to_name ?? row.bill_to}`} close={close}>
      {row.warnings.length > 0 && <ul>{row.warnings.map((one) => <li key={one.code}>{wordsOf(one.code)}: {one.detail}</li>)}</ul>}
      {found.error !== null && <Fault error={found.error} again={() => void found.refetch()} />}
      {found.data !== undefined && <><Charges found={found.data} /><WhyCharged found={found.data} /></>}
      <p><Link to="/work-orders/$id" params={{ id: String(row.work_order_id) }}>Open {row.number}</Link></p>
    </SidePeek>
  );
}
