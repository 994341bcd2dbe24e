// The periods of commissions, newest first. One is open.

import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { client, data } from "../../api/calls.ts";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords } from "../../parts/money.ts";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { ClosePeriod } from "./commands.tsx";

export function Periods({ open }: { open: (period: number) => void }) {
  const found = useQuery({ queryKey: ["commission-periods"], queryFn: () => data(client.GET("/api/v1/rating/commission-periods", { params: { query: { limit: 250 } } })) });
  if (found.error !== null) return <Fault error={found.error} again={() => void found.refetch()} />;
  return (
    <Lines label="Periods" empty="No period yet. The first commission opens one."
      heads={[{ words: "Period" }, { words: "Status" }, { words: "Opened" }, { words: "Closed" }, { words: "Bookings", right: true }, { words: "Amount", right: true }, { words: "Commands", unseen: true }]}
      rows={(found.data?.items ?? []).map((period) => ({
        key: period.id,
        cells: [
          <Button key="open" variant="subtle" onClick={() => open(period.id)}>{`Period ${period.id}`}</Button>,
          <StatusMark key="status" status={period.closed_at === null ? "open" : "closed"} />, momentWords(period.opened_at),
          period.closed_at === null ? "" : `${momentWords(period.closed_at)} by ${period.closed_by}`, period.bookings.toLocaleString("en-US"), amountWords(period.amount),
          period.closed_at === null ? <ClosePeriod key="close" period={period} /> : "",
        ],
      }))} />
  );
}
