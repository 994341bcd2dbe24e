import { expect, test } from "vitest";
import { isLocked, isRated, whyNotChanged, whyNotRated } from "./rules.ts";

const READY = { status: "open", pod_received: true, field_status: "served" };

test("what is exported or on its way is locked, and says the way out", () => {
  expect(["open", "rated", "assigned", "exporting", "exported", "closed", "void"].map(isLocked)).toEqual([false, false, false, true, true, false, false]);
  expect(whyNotChanged("exported")).toContain("Credit");
  expect(whyNotChanged("closed")).toContain("Open it again");
  expect(whyNotChanged("assigned")).toBeUndefined();
  expect(["open", "rated", "exported", "void"].map(isRated)).toEqual([false, true, true, false]);
});

test("an order is rated when its proof is there and its field work has ended", () => {
  expect(whyNotRated(READY)).toBeUndefined();
  expect(whyNotRated({ ...READY, pod_received: false })).toContain("proof of delivery");
  expect(whyNotRated({ ...READY, field_status: "in_field" })).toContain("has not ended");
  expect(whyNotRated({ ...READY, status: "exported", pod_received: false })).toContain("locked");
});
