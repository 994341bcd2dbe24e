// The page around all pages. Each part of the console adds its own pages below it.

import { createRootRoute } from "@tanstack/react-router";
import { Frame } from "./Frame.tsx";

export const root = createRootRoute({ component: Frame });
