import { expect, test } from "vitest";
import { membershipProof } from "./membership-proof.ts";

// docs/protocol.md shows these, and says how they are made: with the HMAC of another implementation they were found to be the same.
test.each([
  { prover: "listener" as const, proof: "8bb3eee389096337762f395f172d2433e362e17fd24544e73b8098317ea9a1ca" },
  { prover: "dialler" as const, proof: "4e698f4913812975f2b5773b137d068d08670f75518d03a19fee760b556e94d7" },
])("the $prover's proof is the one of the protocol's page", ({ prover, proof }) => {
  const made = membershipProof("a secret of the cluster", prover, {
    diallerNonce: Uint8Array.from({ length: 32 }, (_, index) => index),
    listenerNonce: Uint8Array.from({ length: 32 }, (_, index) => 32 + index),
    diallerId: "sys1",
    diallerAddress: "127.0.0.1:9000",
    listenerId: "sys2",
    clusterName: "home",
  });
  expect(Buffer.from(made).toString("hex")).toBe(proof);
});
