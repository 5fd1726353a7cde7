import { ClusterError, GrainError } from "@ts-grain/cluster";
import { expect, test } from "vitest";
import { describeFailure } from "./http-failure.ts";

test.each([
  ["NOT_FOUND", 404],
  ["ERROR_REASON_OUT_OF_STOCK", 409],
  ["A_REASON_OF_OTHERS", 500],
])("reason %s is status %d, with message and metadata", (reason, status) => {
  const error = new GrainError(reason, "no tea", { metadata: { left: "0" }, cause: new Error("secret") });
  const body = { reason, message: "no tea", metadata: { left: "0" } };
  expect(describeFailure(error)).toEqual({ status, body });
});

test.each([
  ["not_delivered", 503],
  ["overloaded", 503],
  ["outcome_unknown", 504],
  ["invalid_options", 400],
] as const)("code %s is status %d, and its message stays here", (code, status) => {
  expect(describeFailure(new ClusterError(code, "member 10.0.0.7:8090"))).toEqual({ status, body: { code } });
});

test("a client that hung up is told nothing, and counts as one that did", () => {
  expect(describeFailure(AbortSignal.abort().reason)).toEqual({ status: 499, body: {} });
});

test("other errors are left to Fastify", () => {
  expect(describeFailure(new TypeError("a bug"))).toBeUndefined();
});
