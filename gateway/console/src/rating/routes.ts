// The pages of rating.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../frame/root.ts";
import { exportsSearch, ordersSearch, readySearch } from "./searches.ts";

const ready = createRoute({
  getParentRoute: () => root,
  path: "/ready",
  validateSearch: readySearch,
  component: lazyRouteComponent(() => import("./ready/Ready.tsx"), "Ready"),
});
const exports = createRoute({
  getParentRoute: () => root,
  path: "/exports",
  validateSearch: exportsSearch,
  component: lazyRouteComponent(() => import("./exports/Exports.tsx"), "Exports"),
});
const run = createRoute({
  getParentRoute: () => root,
  path: "/exports/$id",
  component: lazyRouteComponent(() => import("./exports/ExportRun.tsx"), "ExportRun"),
});
const orders = createRoute({
  getParentRoute: () => root,
  path: "/work-orders",
  validateSearch: ordersSearch,
  component: lazyRouteComponent(() => import("./work-orders/WorkOrders.tsx"), "WorkOrders"),
});
const order = createRoute({
  getParentRoute: () => root,
  path: "/work-orders/$id",
  component: lazyRouteComponent(() => import("./work-orders/WorkOrder.tsx"), "WorkOrder"),
});

export const ratingRoutes = [ready, exports, run, orders, order] as const;
