// A customer on the phone: what they owe and may owe, their open items, all their invoices, their orders, and their history.

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { History } from "../../parts/History.tsx";
import { LimitBar } from "../../parts/LimitBar.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { counted, wordsOf } from "../../text/en.ts";
import { AllInvoices, OpenItems, Orders } from "./lists.tsx";

const route = getRouteApi("/customers/$id");
type Account = Schema<"AccountRead">;

export function Customer() {
  const { id } = route.useParams();
  const customerId = Number(id);
  const account = useQuery({
    queryKey: ["account", customerId],
    queryFn: () => data(client.GET("/api/v1/receivables/customers/{customer_id}/account", { params: { path: { customer_id: customerId }, query: { limit: 1 } } })),
  });
  if (account.error !== null) return <Page title="Customer"><Fault error={account.error} again={() => void account.refetch()} /></Page>;
  if (account.data === undefined) return <Page title="Customer">{null}</Page>;
  return <Shown account={account.data} />;
}

function Shown({ account }: { account: Account }) {
  const { tab = "open" } = route.useSearch();
  const navigate = route.useNavigate();
  const { whyNot } = useSession();
  const { customer } = account;
  return (
    <Page title={`${customer.number} ${customer.name}`}>
      <Totals>
        <StatusMark status={customer.status} />
        <span>open <strong>{amountWords(account.open_total)}</strong> ({counted(account.open_invoices, "invoice")})</span>
        <span>unbilled <strong>{amountWords(account.unbilled)}</strong> ({counted(account.unbilled_orders, "order")})</span>
        <LimitBar limit={customer.credit_limit} used={account.exposure} />
      </Totals>
      <Tabs label="Parts of the account" fill on={tab} change={(value) => void navigate({ search: { tab: value }, replace: true })}
        tabs={[
          { value: "open", words: `Open items (${account.open_invoices.toLocaleString("en-US")})` },
          { value: "all", words: "All invoices", whyNot: whyNot("receivables.invoices", "view") },
          { value: "orders", words: "Orders", whyNot: whyNot("rating.work_orders", "view") },
          { value: "terms", words: "Terms and address" }, { value: "history", words: "History", whyNot: whyNot("receivables.customers", "view") },
        ]}>
        {tab === "open" && <OpenItems customerId={customer.id} count={account.open_invoices} />}
        {tab === "all" && <AllInvoices company={customer.ar_company} number={customer.number} />}
        {tab === "orders" && <Orders number={customer.number} />}
        {tab === "terms" && <Terms customer={customer} />}
        {tab === "history" && (
          <History of={["customer", customer.id]}
            get={() => data(client.GET("/api/v1/receivables/customers/{customer_id}/history", { params: { path: { customer_id: customer.id }, query: { limit: 100 } } }))} />
        )}
      </Tabs>
    </Page>
  );
}

function Terms({ customer }: { customer: Schema<"Customer"> }) {
  return (
    <Facts facts={[
      ["Company", String(customer.ar_company)], ["Address", customer.address ?? ""], ["E-mail", customer.email ?? ""], ["Type", wordsOf(customer.customer_type)],
      ["Pay terms", customer.pay_terms ?? "due on the invoice date"], ["Tax code", customer.tax_code ?? "no tax"],
      ["Receivable type", customer.receivable_type === null ? "that of the company" : String(customer.receivable_type)],
      ["Credit limit", customer.credit_limit === null ? "no limit" : amountWords(customer.credit_limit)],
      ["Statements", `${wordsOf(customer.statement_type ?? "")}, ${wordsOf(customer.statement_delivery ?? "")}`],
      ["Finance charges", wordsOf(customer.finance_charge_type ?? "")], ["Invoices", customer.roll_up_rule === "rollup" ? "orders are rolled up" : "one for each order"],
    ]} />
  );
}
