import "./theme/mantine.css";
import "./theme/tokens.css";
import "./theme/base.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Refused } from "./api/calls.ts";
import { WithSession } from "./frame/session.tsx";
import { router } from "./routes.ts";
import { theme, variables } from "./theme/theme.ts";

const queries = new QueryClient({
  defaultOptions: {
    // What the suite has refused, it refuses again.
    queries: { retry: (count, error) => !(error instanceof Refused) && count < 3, staleTime: 5_000 },
  },
});

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <WithSession>
          <RouterProvider router={router} />
        </WithSession>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
