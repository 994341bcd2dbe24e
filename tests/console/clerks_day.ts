// A clerk's day through the gateway, by the client of the console and the types made from the API's document.
//
// Three clerks of the sample company enter an order, rate it, export it, enter an invoice by hand, post and credit it.
// The last line that is printed is the list of operations that were called.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Middleware } from "openapi-fetch";
import { type Client, createClient, type Problem, type Schema } from "./client.ts";

type WorkOrder = Schema<"WorkOrderRead">;
type Answer<T> = { data?: T; error?: Problem; response: Response };

const gateway = setting("GATEWAY");
const called = new Set<string>();

function setting(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
}

/** What was answered; a refusal ends the day with its own words. */
function must<T>({ data, error, response }: Answer<T>): T {
  if (error) throw new Error(`${response.url}: ${error.status} ${error.code}: ${error.detail}`);
  assert(data !== undefined);
  return data;
}

/** The refusal that was expected. */
function refused(answer: Answer<unknown>, status: number, code: string): Problem {
  assert(answer.error, `${answer.response.url} was not refused`);
  assert.deepEqual([answer.error.status, answer.error.code], [status, code]);
  return answer.error;
}

function etag(answer: Answer<unknown>): string {
  const found = answer.response.headers.get("etag");
  assert(found, `${answer.response.url} has no ETag`);
  return found;
}

/** Asks again until the answer is one that was waited for, at most half a minute. */
async function until<T>(ask: () => Promise<T>, done: (found: T) => boolean): Promise<T> {
  for (const end = Date.now() + 30_000; ; await sleep(100)) {
    const found = await ask();
    if (done(found)) return found;
    assert(Date.now() < end, `still waiting: ${JSON.stringify(found)}`);
  }
}

async function logIn(user: string, password: string): Promise<Client> {
  const clerk = createClient({ baseUrl: gateway });
  const counting: Middleware = { onRequest: ({ request, schemaPath }) => void called.add(`${request.method} ${schemaPath}`) };
  clerk.use(counting);
  const token = must(await clerk.POST("/api/v1/security/tokens", { body: { user, password } })).access_token;
  const authorizing: Middleware = { onRequest: ({ request }) => request.headers.set("authorization", `Bearer ${token}`) };
  clerk.use(authorizing);
  return clerk;
}

/** Order entry: an order is entered and changed; a stale change and a faulty order are refused. */
async function enterOrder(olga: Client): Promise<WorkOrder> {
  const me = must(await olga.GET("/api/v1/security/me"));
  assert.equal(me.name, "ALAMO\\olga");
  const codes = must(await olga.GET("/api/v1/rating/codes"));
  assert(codes.branches.some((branch) => branch.code === "SAT"));

  const faulty = await olga.POST("/api/v1/rating/work-orders", {
    body: { number: "TS-0", branch: "SAT", customer: "S1001", priority: "STANDARD", job_type: "CITATION", service_on: "2026-02-30", miles: "ten" },
  });
  const places = refused(faulty, 422, "INVALID_INPUT").errors.map((fault) => fault.pointer);
  assert.deepEqual(places.sort(), ["/miles", "/service_on"]);

  const command = randomUUID();
  const enter = () =>
    olga.POST("/api/v1/rating/work-orders", {
      params: { header: { "idempotency-key": command } },
      body: {
        number: "TS-1",
        branch: "SAT",
        customer: "S1001",
        priority: "STANDARD",
        job_type: "CITATION",
        served_zip: "78205",
        service_on: "2026-11-02",
        field_status: "served",
        pod_received: true,
        miles: "12.5",
      },
    });
  const entered = must(await enter());
  const again = await enter();
  assert.equal(must(again).id, entered.id);
  assert.equal(again.response.headers.get("idempotency-replayed"), "true");

  const path = { work_order_id: entered.id };
  const read = await olga.GET("/api/v1/rating/work-orders/{work_order_id}", { params: { path } });
  const change = (reference: string) =>
    olga.PATCH("/api/v1/rating/work-orders/{work_order_id}", {
      params: { path, header: { "if-match": etag(read) } },
      body: { reference },
    });
  const changed = must(await change("2026-CI-1047"));
  const stale = refused(await change("too late"), 412, "VERSION_STALE");
  assert.equal((stale.current as WorkOrder).reference, changed.reference);
  return changed;
}

/** Billing: the order is found, rated and exported. Returns the id of its invoice in Accounts Receivable. */
async function exportOrder(bill: Client, entered: WorkOrder): Promise<number> {
  const query = { status: ["open"], search: "TS-", sort: "-service_on", limit: 1 } as const;
  const open = must(await bill.GET("/api/v1/rating/work-orders", { params: { query: { ...query, status: [...query.status] } } }));
  assert.deepEqual(open.items.map((order) => order.number), ["TS-1"]);
  const [found] = must(await bill.GET("/api/v1/rating/search", { params: { query: { q: "TS-1" } } })).items;
  assert.deepEqual([found?.kind, found?.id], ["work_order", entered.id]);

  const path = { work_order_id: entered.id };
  const rating = must(
    await bill.POST("/api/v1/rating/work-orders/{work_order_id}/rating", {
      params: { path, header: { "if-match": `"${entered.revision}"` } },
    }),
  );
  assert.match(rating.total, /^\d+\.\d\d$/);
  const waiting = must(await bill.GET("/api/v1/rating/waiting"));
  assert(waiting.ready_to_export && waiting.ready_to_export.count >= 1);
  const ready = must(await bill.GET("/api/v1/rating/ready-to-export", { params: { query: { exportable: true, search: "TS-1" } } }));
  assert.equal(ready.totals?.exportable.total, rating.total);

  const run = must(
    await bill.POST("/api/v1/rating/exports", {
      params: { header: { "idempotency-key": randomUUID() } },
      body: { selection: { work_order_ids: [entered.id] }, expected_orders: 1, expected_total: rating.total },
    }),
  );
  // With `check=true` the answer would only say what it would take.
  if (!("id" in run)) throw new Error("the export was only checked");
  const look = async () => must(await bill.GET("/api/v1/rating/exports/{run_id}", { params: { path: { run_id: run.id } } }));
  const ended = await until(look, ({ status }) => status.startsWith("done"));
  assert.deepEqual([ended.exported, ended.exported_total, ended.refused], [1, rating.total, 0]);
  const [sent] = must(await bill.GET("/api/v1/rating/exports/{run_id}/invoices", { params: { path: { run_id: run.id } } })).items;
  assert.equal(sent?.outcome, "exported");

  const listed = must(await bill.GET("/api/v1/receivables/invoices", { params: { query: { work_order: "TS-1" } } }));
  const [invoice] = listed.items;
  assert(invoice);
  assert.deepEqual([invoice.number, invoice.open], [sent.ar_number, rating.total]);
  return invoice.id;
}

/** Receivables: two invoices are entered by hand, one is saved as a whole, and the batch is posted. */
async function postBatch(rita: Client): Promise<void> {
  const company = must(await rita.GET("/api/v1/receivables/codes")).ar_companies[0];
  assert(company);
  const months = must(await rita.GET("/api/v1/receivables/months")).items;
  const month = months.filter((one) => one.open && one.ar_company === company.number).map((one) => one.month).sort().at(-1);
  assert(month);
  const batch = must(
    await rita.POST("/api/v1/receivables/batches", {
      body: { ar_company: company.number, month, description: "By TypeScript", control_count: 2 },
    }),
  );
  const path = { batch_id: batch.id };
  const enter = (description: string) =>
    rita.POST("/api/v1/receivables/batches/{batch_id}/entries", {
      params: { path },
      body: { customer: "S1001", lines: [{ net: "100.00", description }] },
    });
  must(await enter("Retrieval of records"));
  const second = await enter("Copies");
  const { seq, lines } = must(second);
  const [line] = lines;
  assert(line);
  const place = { path: { ...path, seq } };
  const saved = must(
    await rita.PUT("/api/v1/receivables/batches/{batch_id}/entries/{seq}", {
      params: { ...place, header: { "if-match": etag(second) } },
      body: { customer: "S1001", lines: [{ line: line.line, net: "40.00" }, { net: "2.50", description: "Postage" }] },
    }),
  );
  assert.deepEqual(saved.lines.map((one) => one.tax_basis), ["40.00", "2.50"]);
  const faulty = await rita.PUT("/api/v1/receivables/batches/{batch_id}/entries/{seq}", {
    params: { ...place, header: { "if-match": `"${saved.revision}"` } },
    body: { customer: "S1001", lines: [{ net: "40.00" }, { net: "forty" }] },
  });
  assert.deepEqual(refused(faulty, 422, "INVALID_INPUT").errors.map((fault) => fault.pointer), ["/lines/1/net"]);

  const look = async () => must(await rita.GET("/api/v1/receivables/batches/{batch_id}", { params: { path } }));
  must(await rita.POST("/api/v1/receivables/batches/{batch_id}/validate", { params: { path } }));
  const validated = await until(look, ({ status }) => status !== "validating");
  assert(["valid", "warnings"].includes(validated.status), validated.status);
  must(
    await rita.POST("/api/v1/receivables/batches/{batch_id}/post", {
      params: { path, header: { "idempotency-key": randomUUID() } },
    }),
  );
  const posted = await until(look, ({ status }) => status !== "posting");
  assert.deepEqual([posted.status, posted.transactions], ["posted", 2]);

  const query = { source: "ar_invoice", customer: "S1001", sort: "-id", limit: 1 } as const;
  const first = must(await rita.GET("/api/v1/receivables/invoices", { params: { query } }));
  const cursor = first.next_cursor;
  assert(cursor);
  const next = must(await rita.GET("/api/v1/receivables/invoices", { params: { query: { ...query, cursor } } }));
  assert.equal(first.totals?.count, 2);
  assert.notEqual(first.items[0]?.id, next.items[0]?.id);
  assert.equal(next.next_cursor, null);
}

/** Receivables: the exported invoice is read, printed as a PDF and credited. */
async function creditInvoice(rita: Client, invoiceId: number): Promise<void> {
  const path = { invoice_id: invoiceId };
  const invoice = must(await rita.GET("/api/v1/receivables/invoices/{invoice_id}", { params: { path } }));
  const [found] = must(await rita.GET("/api/v1/receivables/search", { params: { query: { q: invoice.number } } })).items;
  assert.deepEqual([found?.kind, found?.id], ["invoice", invoiceId]);
  const document = must(
    await rita.GET("/api/v1/receivables/invoices/{invoice_id}/document", { params: { path }, parseAs: "arrayBuffer" }),
  );
  assert.equal(new TextDecoder().decode(document.slice(0, 5)), "%PDF-");
  const credit = await rita.POST("/api/v1/receivables/invoices/{invoice_id}/credits", {
    params: { path, header: { "idempotency-key": randomUUID() } },
    body: { disposition: "rerate", reason: "mileage was reported wrong" },
  });
  assert.equal(credit.response.status, 201);
  assert.deepEqual([must(credit).invoice.status, must(credit).invoice.open], ["credited", "0.00"]);
}

/** Order entry again: the credit has reopened the order. */
async function seeReopened(olga: Client, entered: WorkOrder): Promise<void> {
  const path = { work_order_id: entered.id };
  const look = async () => must(await olga.GET("/api/v1/rating/work-orders/{work_order_id}", { params: { path } }));
  await until(look, ({ status }) => status === "open");
  const history = must(await olga.GET("/api/v1/rating/work-orders/{work_order_id}/history", { params: { path } }));
  assert(history.items.length > 3);
}

const olga = await logIn("ALAMO\\olga", setting("OLGA"));
const bill = await logIn("ALAMO\\bill", setting("BILL"));
const rita = await logIn("ALAMO\\rita", setting("RITA"));
const order = await enterOrder(olga);
const invoiceId = await exportOrder(bill, order);
await postBatch(rita);
await creditInvoice(rita, invoiceId);
await seeReopened(olga, order);
console.log(JSON.stringify([...called].sort()));
