// The pages of rating.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../frame/root.ts";
import {
  commissionsSearch, exportRunSearch, exportsSearch, orderSearch, ordersSearch, outcomeSearch, rateTablesSearch, readySearch, rollupsSearch, runsSearch, wipSearch,
} from "./searches.ts";

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
  validateSearch: exportRunSearch,
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
  validateSearch: orderSearch,
  component: lazyRouteComponent(() => import("./work-orders/WorkOrder.tsx"), "WorkOrder"),
});
const ratingRuns = createRoute({
  getParentRoute: () => root,
  path: "/rating-runs",
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import("./rating-runs/RatingRuns.tsx"), "RatingRuns"),
});
const ratingRun = createRoute({
  getParentRoute: () => root,
  path: "/rating-runs/$id",
  validateSearch: outcomeSearch,
  component: lazyRouteComponent(() => import("./rating-runs/RatingRun.tsx"), "RatingRun"),
});
const coverage = createRoute({
  getParentRoute: () => root,
  path: "/coverage",
  component: lazyRouteComponent(() => import("./gaps/Coverage.tsx"), "Coverage"),
});
const rollups = createRoute({
  getParentRoute: () => root,
  path: "/rollups",
  validateSearch: rollupsSearch,
  component: lazyRouteComponent(() => import("./rollups/Rollups.tsx"), "Rollups"),
});
const wip = createRoute({
  getParentRoute: () => root,
  path: "/wip",
  validateSearch: wipSearch,
  component: lazyRouteComponent(() => import("./wip/WorkInProgress.tsx"), "WorkInProgress"),
});
const commissions = createRoute({
  getParentRoute: () => root,
  path: "/commissions",
  validateSearch: commissionsSearch,
  component: lazyRouteComponent(() => import("./commissions/Commissions.tsx"), "Commissions"),
});
const rateTables = createRoute({
  getParentRoute: () => root,
  path: "/rate-tables",
  validateSearch: rateTablesSearch,
  component: lazyRouteComponent(() => import("./rate-tables/RateTables.tsx"), "RateTables"),
});
const rateTable = createRoute({
  getParentRoute: () => root,
  path: "/rate-tables/$id",
  component: lazyRouteComponent(() => import("./rate-tables/RateTable.tsx"), "RateTable"),
});
const imports = createRoute({
  getParentRoute: () => root,
  path: "/imports",
  component: lazyRouteComponent(() => import("./imports/Imports.tsx"), "Imports"),
});

export const ratingRoutes = [
  ready, exports, run, orders, order, ratingRuns, ratingRun, coverage, rollups, wip, commissions, rateTables, rateTable,
  imports,
] as const;
