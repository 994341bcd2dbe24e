// Every page of the console with its address. What a list shows is in the address, so that a link shows the same.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Frame } from "./frame/Frame.tsx";
import { parse, write } from "./frame/searches.ts";
import { exportsSearch, ordersSearch, readySearch } from "./rating/searches.ts";
import { invoicesSearch } from "./receivables/searches.ts";

const root = createRootRoute({ component: Frame });

const home = createRoute({ getParentRoute: () => root, path: "/", component: lazyRouteComponent(() => import("./home/Home.tsx"), "Home") });
const ready = createRoute({
  getParentRoute: () => root,
  path: "/ready",
  validateSearch: readySearch,
  component: lazyRouteComponent(() => import("./rating/ready/Ready.tsx"), "Ready"),
});
const exports = createRoute({
  getParentRoute: () => root,
  path: "/exports",
  validateSearch: exportsSearch,
  component: lazyRouteComponent(() => import("./rating/exports/Exports.tsx"), "Exports"),
});
const run = createRoute({
  getParentRoute: () => root,
  path: "/exports/$id",
  component: lazyRouteComponent(() => import("./rating/exports/ExportRun.tsx"), "ExportRun"),
});

const orders = createRoute({
  getParentRoute: () => root,
  path: "/work-orders",
  validateSearch: ordersSearch,
  component: lazyRouteComponent(() => import("./rating/work-orders/WorkOrders.tsx"), "WorkOrders"),
});
const invoices = createRoute({
  getParentRoute: () => root,
  path: "/invoices",
  validateSearch: invoicesSearch,
  component: lazyRouteComponent(() => import("./receivables/invoices/Invoices.tsx"), "Invoices"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, orders, ready, exports, run, invoices]),
  basepath: "/console",
  defaultPreload: "intent",
  parseSearch: parse,
  stringifySearch: write,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
