// The pages of receivables.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../frame/root.ts";
import { batchesSearch, batchSearch, creditRequestsSearch, customerSearch, customersSearch, emailsSearch, entrySearch, invoicesSearch, writeOffsSearch } from "./searches.ts";

const invoices = createRoute({
  getParentRoute: () => root,
  path: "/invoices",
  validateSearch: invoicesSearch,
  component: lazyRouteComponent(() => import("./invoices/Invoices.tsx"), "Invoices"),
});
const invoice = createRoute({
  getParentRoute: () => root,
  path: "/invoices/$id",
  component: lazyRouteComponent(() => import("./invoices/Invoice.tsx"), "InvoicePage"),
});
const credit = createRoute({
  getParentRoute: () => root,
  path: "/invoices/$id/credit",
  component: lazyRouteComponent(() => import("./credits/Credit.tsx"), "CreditPage"),
});
const batches = createRoute({
  getParentRoute: () => root,
  path: "/batches",
  validateSearch: batchesSearch,
  component: lazyRouteComponent(() => import("./batches/Batches.tsx"), "Batches"),
});
const batch = createRoute({
  getParentRoute: () => root,
  path: "/batches/$id",
  validateSearch: batchSearch,
  component: lazyRouteComponent(() => import("./batches/Batch.tsx"), "Batch"),
});
const entry = createRoute({
  getParentRoute: () => root,
  path: "/batches/$id/entries/$seq",
  validateSearch: entrySearch,
  component: lazyRouteComponent(() => import("./entries/Entry.tsx"), "Entry"),
});
const requests = createRoute({
  getParentRoute: () => root,
  path: "/credit-requests",
  validateSearch: creditRequestsSearch,
  component: lazyRouteComponent(() => import("./credits/CreditRequests.tsx"), "CreditRequests"),
});
const request = createRoute({
  getParentRoute: () => root,
  path: "/credit-requests/$id",
  component: lazyRouteComponent(() => import("./credits/CreditRequest.tsx"), "CreditRequest"),
});
const emails = createRoute({
  getParentRoute: () => root,
  path: "/emails",
  validateSearch: emailsSearch,
  component: lazyRouteComponent(() => import("./emails/Emails.tsx"), "Emails"),
});
const writeOffs = createRoute({
  getParentRoute: () => root,
  path: "/write-offs",
  validateSearch: writeOffsSearch,
  component: lazyRouteComponent(() => import("./write-offs/WriteOffs.tsx"), "WriteOffs"),
});
const customers = createRoute({
  getParentRoute: () => root,
  path: "/customers",
  validateSearch: customersSearch,
  component: lazyRouteComponent(() => import("./customers/Customers.tsx"), "Customers"),
});
const customer = createRoute({
  getParentRoute: () => root,
  path: "/customers/$id",
  validateSearch: customerSearch,
  component: lazyRouteComponent(() => import("./customers/Customer.tsx"), "Customer"),
});




export const receivablesRoutes = [invoices, invoice, credit, batches, batch, entry, requests, request, emails, writeOffs, customers, customer] as const;
