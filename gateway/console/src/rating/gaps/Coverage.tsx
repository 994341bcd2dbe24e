// The coverage check: which open orders no rate table covers, before anybody tries to rate them.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { client, data } from "../../api/calls.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { counted } from "../../text/en.ts";
import { RateReady } from "../rating-runs/RateReady.tsx";
import { Causes } from "./Causes.tsx";

export function Coverage() {
  const coverage = useQuery({ queryKey: ["coverage"], queryFn: () => data(client.GET("/api/v1/rating/coverage")) });
  const found = coverage.data;
  return (
    <Page title="Coverage" command={<RateReady />}>
      {coverage.error !== null && <Fault error={coverage.error} again={() => void coverage.refetch()} />}
      {found !== undefined && (
        <>
          <Totals>
            <span><strong>{counted(found.waiting, "order")}</strong> of {found.orders.toLocaleString("en-US")} open have no rates</span>
            <span>{counted(found.combinations, "combination")} of branch, customer type, priority, job type and region in use</span>
          </Totals>
          {found.gaps.length === 0
            ? <p>There are rates for every open order. <Link to="/work-orders" search={{ status: ["open"] }}>See the open orders</Link></p>
            : <Causes gaps={found.gaps} />}
        </>
      )}
    </Page>
  );
}
