// Each of these calls is wrong in its own way, which the comment above it says; `tsc` must find them all.

import { createClient } from "./client.ts";

const clerk = createClient({ baseUrl: "http://gateway" });

// No such operation.
await clerk.GET("/api/v1/rating/orders");
// No such method.
await clerk.DELETE("/api/v1/rating/work-orders");
// A field that does not exist.
await clerk.POST("/api/v1/receivables/batches", { body: { ar_company: 1, month: "2026-11", colour: "blue" } });
// A filter that does not exist.
await clerk.GET("/api/v1/receivables/invoices", { params: { query: { colour: "blue" } } });
// A field that does not exist in a line.
await clerk.POST("/api/v1/receivables/batches/{batch_id}/entries", { params: { path: { batch_id: 1 } }, body: { lines: [{ colour: "1" }] } });
// A field that is missing.
await clerk.POST("/api/v1/receivables/batches", { body: { ar_company: 1 } });
// An amount is text.
await clerk.POST("/api/v1/receivables/batches/{batch_id}/entries", { params: { path: { batch_id: 1 } }, body: { lines: [{ net: 10 }] } });
// A required key is missing.
await clerk.POST("/api/v1/receivables/batches/{batch_id}/post", { params: { path: { batch_id: 1 } } });
// A required ETag is missing.
await clerk.PATCH("/api/v1/rating/work-orders/{work_order_id}", { params: { path: { work_order_id: 1 } }, body: {} });
// A list cannot be sorted by that.
await clerk.GET("/api/v1/receivables/invoices", { params: { query: { sort: "colour" } } });
// A status that does not exist.
await clerk.GET("/api/v1/receivables/invoices", { params: { query: { status: ["lost"] } } });
// An answer has no such field.
(await clerk.GET("/api/v1/security/me")).data?.colour;
// A refusal has no such field.
(await clerk.GET("/api/v1/security/me")).error?.message.length;
// An answer may be missing.
(await clerk.GET("/api/v1/security/me")).data.name;
