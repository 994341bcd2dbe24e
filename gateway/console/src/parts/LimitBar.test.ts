import { expect, test } from "vitest";
import { partsOf } from "./LimitBar.tsx";

test.each([
  ["100.00", "25.00", 25, 0], ["100.00", "100.00", 100, 0], ["25.00", "100.00", 25, 75], ["0.00", "10.00", 0, 100], ["100.00", "-5.00", 0, 0],
])("of a limit of %s, %s fills %d and is %d over", (limit, used, within, over) => expect(partsOf(limit, used)).toEqual({ within, over }));
