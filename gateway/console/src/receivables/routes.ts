// The pages of receivables.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../frame/root.ts";
import { invoicesSearch } from "./searches.ts";

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

export const receivablesRoutes = [invoices, invoice, credit] as const;
