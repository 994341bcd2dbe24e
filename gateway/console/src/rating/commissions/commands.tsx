// Paying commissions: what is owed is selected, and then paid or released again. A period is closed when nothing more is booked
// in it.

import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { dollarWords } from "../../parts/money.ts";
import { counted } from "../../text/en.ts";

const FEATURE = "rating.commissions";
const STALE = ["commissions", "commission-payments", "commission-periods"];

interface SelectGiven {
  totals: Schema<"CommissionTotals"> | undefined;
  server: string | undefined;
  period: number | undefined;
  done: () => void;
}

/** Selects what is owed to pay it: of the server and up to the period that are shown, or all. */
export function SelectOwed({ totals, server, period, done }: SelectGiven) {
  const { whyNot } = useSession();
  const owed = totals?.by_server.filter((one) => !one.owed.startsWith("-") && one.owed !== "0.00") ?? [];
  const words = `Select ${counted(owed.length, "server")} to pay`;
  return (
    <Command primary words={words} stale={STALE} done={done}
      whyNot={whyNot(FEATURE, "approve") ?? (owed.length === 0 ? "Nothing is owed here. Commissions are owed when their invoice is in Accounts Receivable." : undefined)}
      run={(key) =>
        data(client.POST("/api/v1/rating/commission-payments", {
          params: { header: { "idempotency-key": key } },
          body: { ...(server === undefined ? {} : { servers: [server] }), ...(period === undefined ? {} : { through_period: period }) },
        }))
      }
      confirm={{
        title: "Select what is owed",
        about: (
          <>
            <p>The owed commissions {server === undefined ? "of all servers" : `of ${owed[0]?.name ?? server}`}{period === undefined ? "" : ` up to period ${period}`} are put together to one payment. It is paid or released after that.</p>
            <ul>{owed.slice(0, 12).map((one) => <li key={one.server}>{one.name || one.server}: {dollarWords(one.owed)}</li>)}{owed.length > 12 && <li>and {owed.length - 12} more</li>}</ul>
          </>
        ),
        words,
      }} />
  );
}

export function PayOrRelease({ payment }: { payment: Schema<"Payment"> }) {
  const { whyNot } = useSession();
  if (payment.status !== "selected") return null;
  const params = (key: string) => ({ params: { path: { payment_id: payment.id }, header: { "idempotency-key": key } } });
  const words = `Pay ${counted(payment.servers, "server")}, ${dollarWords(payment.total)}`;
  return (
    <>
      <Command words="Pay" label={`Pay payment ${payment.id}`} whyNot={whyNot(FEATURE, "approve")} stale={STALE}
        run={(key) => data(client.POST("/api/v1/rating/commission-payments/{payment_id}/pay", params(key)))}
        confirm={{ title: `Pay payment ${payment.id}`, about: <p>The commissions are recorded as paid, which cannot be undone.</p>, words }} />
      <Command words="Release" label={`Release payment ${payment.id}`} whyNot={whyNot(FEATURE, "approve")} stale={STALE}
        run={(key) => data(client.POST("/api/v1/rating/commission-payments/{payment_id}/release", params(key)))} />
    </>
  );
}

export function ClosePeriod({ period }: { period: Schema<"Period"> }) {
  const { whyNot } = useSession();
  return (
    <Command words="Close" label={`Close period ${period.id}`} whyNot={whyNot(FEATURE, "approve")} stale={STALE}
      run={(key) => data(client.POST("/api/v1/rating/commission-periods/{period_id}/close", { params: { path: { period_id: period.id }, header: { "idempotency-key": key } } }))}
      confirm={{
        title: `Close period ${period.id}`,
        about: <p>Its commissions cannot be adjusted after that, and the next period is opened.</p>,
        words: `Close period ${period.id}, ${counted(period.bookings, "booking")}, ${dollarWords(period.amount)}`,
      }} />
  );
}
