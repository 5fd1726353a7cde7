import { GrpcTransport } from "@ts-grain/remote";
import { transportConformance } from "@ts-grain/remote/testing";
import { test } from "vitest";
import { TestAuthority } from "./test-authority.ts";

test.for(transportConformance)("the gRPC transport: $name", async ({ run }) => {
  await run({ dialler: new GrpcTransport(), listener: new GrpcTransport() });
});

test.for(transportConformance)("the gRPC transport with mutual TLS: $name", async ({ run }) => {
  using authority = new TestAuthority();
  const tls = authority.issue({ names: ["IP:127.0.0.1"] });
  await run({ dialler: new GrpcTransport({ tls }), listener: new GrpcTransport({ tls }) });
});
