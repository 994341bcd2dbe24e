// The payments of commissions, newest first.

import { useQuery } from "@tanstack/react-query";
import { client, data } from "../../api/calls.ts";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords } from "../../parts/money.ts";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { Button } from "@mantine/core";
import { PayOrRelease } from "./commands.tsx";

export function Payments({ open }: { open: (payment: number) => void }) {
  const found = useQuery({ queryKey: ["commission-payments"], queryFn: () => data(client.GET("/api/v1/rating/commission-payments", { params: { query: { limit: 250 } } })) });
  if (found.error !== null) return <Fault error={found.error} again={() => void found.refetch()} />;
  return (
    <Lines label="Payments" empty="No payment yet. Select what is owed."
      heads={[{ words: "Payment" }, { words: "Status" }, { words: "Selected" }, { words: "Paid" }, { words: "Servers", right: true }, { words: "Total", right: true }, { words: "Commands", unseen: true }]}
      rows={(found.data?.items ?? []).map((payment) => ({
        key: payment.id,
        cells: [
          <Button key="open" variant="subtle" onClick={() => open(payment.id)}>{`Payment ${payment.id}`}</Button>, <StatusMark key="status" status={payment.status} />,
          `${momentWords(payment.selected_at)} by ${payment.selected_by}`, payment.paid_at === null ? "" : `${momentWords(payment.paid_at)} by ${payment.paid_by}`,
          payment.servers, amountWords(payment.total), <PayOrRelease key="commands" payment={payment} />,
        ],
      }))} />
  );
}
