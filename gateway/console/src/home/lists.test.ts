import { expect, test } from "vitest";
import { pageOf } from "./lists.ts";

test("a number leads to the page that shows exactly what it counts", () => {
  expect(pageOf("ready-to-export?exportable=true", "Rating")).toBe("/console/ready?exportable=true");
  expect(pageOf("exports", "Rating")).toBe("/console/exports");
  expect(pageOf("reports", "Rating")).toBeUndefined();
});

test("invoices of rating are drafts, and not those of receivables", () => {
  expect(pageOf("invoices?status=draft", "Rating")).toBe("/console/rollups?state=assigned");
  expect(pageOf("invoices?refused=true", "Rating")).toBeUndefined();
  expect(pageOf("invoices?overdue=true", "Receivables")).toBe("/console/invoices?overdue=true");
});
