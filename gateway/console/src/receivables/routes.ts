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

export const receivablesRoutes = [invoices] as const;
