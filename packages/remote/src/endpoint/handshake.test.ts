import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { type ConnectRequest, type ConnectResponse, RemoteMessageSchema } from "../gen/remote/remote_pb.ts";
import { connectRequestFrame } from "../wire/frame.ts";
import { DialHandshake, type DialStep } from "./dial-handshake.ts";
import { ListenHandshake, type ListenOptions, type ListenStep } from "./listen-handshake.ts";
import type { Membership } from "./membership.ts";

const dialler = { systemId: "dialler-id", address: "dialler:1" };
const listener = { systemId: "listener-id", address: "listener:1" };
const open: Membership = { clusterName: "", token: undefined };
const secret: Membership = { clusterName: "c", token: "a token of some length" };
const nonce = (fill: number) => new Uint8Array(32).fill(fill);

function request(frame: Uint8Array): ConnectRequest {
  return fromBinary(RemoteMessageSchema, frame).messageType.value as ConnectRequest;
}

function response(frame: Uint8Array): ConnectResponse {
  return fromBinary(RemoteMessageSchema, frame).messageType.value as ConnectResponse;
}

function listen(options: Partial<ListenOptions> = {}): ListenHandshake {
  const defaults = {
    self: listener,
    membership: open,
    nonce: nonce(2),
    names: undefined,
    isBlocked: () => false,
  };
  return new ListenHandshake({ ...defaults, ...options });
}

interface Exchange {
  readonly dial: readonly DialStep[];
  readonly listen: readonly ListenStep[];
  readonly frames: readonly Uint8Array[];
}

/** Lets both sides talk until one has nothing more to say. */
function exchange(memberships: { readonly dialler: Membership; readonly listener: Membership }): Exchange {
  const dialling = new DialHandshake(dialler, memberships.dialler, nonce(1));
  const listening = listen({ membership: memberships.listener });
  const log = { dial: [] as DialStep[], listen: [] as ListenStep[], frames: [] as Uint8Array[] };
  let frame: Uint8Array | undefined = dialling.introduction();
  while (frame !== undefined) {
    log.frames.push(frame);
    const step = listening.requested(request(frame));
    log.listen.push(step);
    if (step.kind === "refused") break;
    const answer = dialling.answered(response(step.frame));
    log.dial.push(answer);
    frame = answer.kind === "prove" ? answer.frame : undefined;
  }
  return log;
}

function kinds(steps: readonly { readonly kind: string }[]): readonly string[] {
  return steps.map(({ kind }) => kind);
}

test("without a token one question and one answer make peers of two members", () => {
  const { dial, listen: listened } = exchange({ dialler: open, listener: open });
  expect(listened).toMatchObject([{ kind: "welcome", peer: { ...dialler, isTsGrain: true } }]);
  expect(dial).toMatchObject([{ kind: "welcome", memberId: "listener-id", isTsGrain: true }]);
});

test("with a token the listener proves itself first, then the dialler", () => {
  const { dial, listen: listened } = exchange({ dialler: secret, listener: secret });
  expect(kinds(listened)).toEqual(["challenge", "welcome"]);
  expect(kinds(dial)).toEqual(["prove", "welcome"]);
});

test.for([
  {
    name: "the listener has another",
    dialler: secret,
    listener: { ...secret, token: "another token, as long" },
  },
  { name: "the listener has none", dialler: secret, listener: { ...secret, token: undefined } },
])("the dialler does not go on if it has a token and $name", ({ dialler: ours, listener: theirs }) => {
  expect(kinds(exchange({ dialler: ours, listener: theirs }).dial)).toEqual(["refused"]);
});

test("a dialler without a token does not take a challenge for a welcome", () => {
  const { dial } = exchange({ dialler: { ...secret, token: undefined }, listener: secret });
  expect(dial).toMatchObject([{ kind: "refused", why: expect.stringContaining("token") }]);
});

test("the listener refuses a dialler that does not know its token", () => {
  const guess = { ...secret, token: "another token, as long" };
  const listening = listen({ membership: secret });
  const dialling = new DialHandshake(dialler, secret, nonce(1));
  listening.requested(request(dialling.introduction()));
  const forged = new DialHandshake(dialler, guess, nonce(1));
  const answer = listen({ membership: guess }).requested(request(forged.introduction()));
  if (answer.kind !== "challenge") throw new Error(answer.kind);
  const proof = forged.answered(response(answer.frame));
  if (proof.kind !== "prove") throw new Error(proof.kind);
  expect(listening.requested(request(proof.frame))).toEqual({
    kind: "refused",
    why: expect.stringContaining("token"),
  });
});

test("without a proof the introduction is only challenged, however often it is repeated", () => {
  const listening = listen({ membership: secret });
  const introduction = new DialHandshake(dialler, secret, nonce(1)).introduction();
  expect(
    kinds([listening.requested(request(introduction)), listening.requested(request(introduction))]),
  ).toEqual(["challenge", "refused"]);
});

test("who is blocked is told so once it has proved that it knows the token", () => {
  const listening = listen({ membership: secret, isBlocked: () => true });
  const dialling = new DialHandshake(dialler, secret, nonce(1));
  const challenge = listening.requested(request(dialling.introduction()));
  if (challenge.kind !== "challenge") throw new Error(challenge.kind);
  const proof = dialling.answered(response(challenge.frame));
  if (proof.kind !== "prove") throw new Error(proof.kind);
  const answer = listening.requested(request(proof.frame));
  if (answer.kind !== "blocked") throw new Error(answer.kind);
  expect(dialling.answered(response(answer.frame))).toMatchObject({ kind: "refused", isBlocked: true });
});

test("a recorded handshake is worth nothing to a listener with a fresh nonce", () => {
  const { frames } = exchange({ dialler: secret, listener: secret });
  const later = listen({ membership: secret, nonce: nonce(3) });
  expect(kinds(frames.map((frame) => later.requested(request(frame))))).toEqual(["challenge", "refused"]);
});

test("a listener's proof cannot be played back to it as the dialler's", () => {
  const listening = listen({ membership: secret });
  const challenge = listening.requested(request(new DialHandshake(dialler, secret, nonce(1)).introduction()));
  if (challenge.kind !== "challenge") throw new Error(challenge.kind);
  const echoed = connectRequestFrame({ ...dialler, hello: response(challenge.frame).hello });
  expect(listening.requested(request(echoed)).kind).toBe("refused");
});

test("a Go member is answered in Go's bytes, and stays out where a token is asked for", () => {
  const go = request(connectRequestFrame(dialler));
  const welcome = listen().requested(go);
  if (welcome.kind !== "welcome") throw new Error(welcome.kind);
  expect([welcome.peer.isTsGrain, welcome.peer.features.size]).toEqual([false, 0]);
  expect(Buffer.from(welcome.frame).toString("hex")).toBe("1a0d120b6c697374656e65722d6964");
  expect(listen({ membership: secret }).requested(go).kind).toBe("refused");
});

test("members of different clusters refuse each other; one that names none may be of any", () => {
  const a = { clusterName: "a", token: undefined };
  const b = { clusterName: "b", token: undefined };
  expect(kinds(exchange({ dialler: a, listener: b }).listen)).toEqual(["refused"]);
  expect(kinds(exchange({ dialler: open, listener: b }).listen)).toEqual(["welcome"]);
  expect(kinds(exchange({ dialler: a, listener: a }).listen)).toEqual(["welcome"]);
});

test.for([0, 2, 2 ** 32 - 1])(
  "members that speak version %i of what we add are refused on either side",
  (protocol) => {
    const dialling = new DialHandshake(dialler, open, nonce(1));
    const introduced = request(dialling.introduction());
    if (introduced.connectionType.case !== "serverConnection") throw new Error("no introduction");
    introduced.connectionType.value.hello!.protocol = protocol;
    expect(listen().requested(introduced).kind).toBe("refused");
    const welcome = listen().requested(request(dialling.introduction()));
    if (welcome.kind !== "welcome") throw new Error(welcome.kind);
    const answer = response(welcome.frame);
    answer.hello!.protocol = protocol;
    expect(dialling.answered(answer)).toMatchObject({
      kind: "refused",
      why: expect.stringContaining("version"),
    });
  },
);

test("what a peer can do is known to the other side by number, whether it means anything there or not", () => {
  const dialling = new DialHandshake(dialler, open, nonce(1));
  const introduced = request(dialling.introduction());
  if (introduced.connectionType.case !== "serverConnection") throw new Error("no introduction");
  expect(introduced.connectionType.value.hello!.features).toEqual([]);
  const unknown = [7, 2 ** 32 - 1];
  introduced.connectionType.value.hello!.features = unknown;
  const welcome = listen().requested(introduced);
  if (welcome.kind !== "welcome") throw new Error(welcome.kind);
  expect([...welcome.peer.features]).toEqual(unknown);
  const answer = response(welcome.frame);
  answer.hello!.features = unknown;
  const welcomed = dialling.answered(answer);
  if (welcomed.kind !== "welcome") throw new Error(welcomed.kind);
  expect([...welcomed.features]).toEqual(unknown);
});

test("of a peer that can do thousands of things only the first few are kept", () => {
  const introduced = request(new DialHandshake(dialler, open, nonce(1)).introduction());
  if (introduced.connectionType.case !== "serverConnection") throw new Error("no introduction");
  introduced.connectionType.value.hello!.features = Array.from({ length: 3_000 }, (_, n) => n);
  const welcome = listen().requested(introduced);
  if (welcome.kind !== "welcome") throw new Error(welcome.kind);
  expect(welcome.peer.features.size).toBe(64);
});

test.for([
  { name: "no id", systemId: "" },
  { name: "a very long id", systemId: "x".repeat(257) },
  { name: "our id", systemId: listener.systemId },
  { name: "our address", address: listener.address },
  { name: "an address without a port", address: "dialler" },
  { name: "an address without a host", address: ":1" },
  { name: "an impossible port", address: "dialler:70000" },
])("a peer with $name is refused", ({ systemId = dialler.systemId, address = dialler.address }) => {
  expect(listen().requested(request(connectRequestFrame({ systemId, address }))).kind).toBe("refused");
});

test("a connection stays one peer's", () => {
  const listening = listen();
  expect(listening.requested(request(connectRequestFrame(dialler))).kind).toBe("welcome");
  expect(listening.requested(request(connectRequestFrame(dialler))).kind).toBe("welcome");
  const other = connectRequestFrame({ ...dialler, systemId: "another" });
  expect(listening.requested(request(other)).kind).toBe("refused");
});

test("a blocked peer is told so", () => {
  const step = listen({ isBlocked: (id) => id === dialler.systemId }).requested(
    request(connectRequestFrame(dialler)),
  );
  if (step.kind !== "blocked") throw new Error(step.kind);
  expect(response(step.frame).blocked).toBe(true);
  expect(new DialHandshake(dialler, open, nonce(1)).answered(response(step.frame)).kind).toBe("refused");
});

test.for([
  { names: ["dialler"], outcome: "welcome" },
  { names: ["other", "spiffe://cluster/c/member/dialler-id"], outcome: "welcome" },
  { names: ["listener"], outcome: "refused" },
  { names: ["spiffe://cluster/c/member/another-id"], outcome: "refused" },
  { names: [], outcome: "refused" },
])("with the certificate names $names a peer is: $outcome", ({ names, outcome }) => {
  expect(listen({ names }).requested(request(connectRequestFrame(dialler))).kind).toBe(outcome);
});
