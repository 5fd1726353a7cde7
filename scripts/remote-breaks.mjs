// Deliberate breaks of the protocol between processes, as in breaks.mjs: each takes one check out of packages/remote.
// `npm run breaks -- remote` tries them.

const source = (path) => `packages/remote/src/${path}`;
const tests = (...names) =>
  `vitest run --project remote ${names.map((name) => `src/${name}.test.ts`).join(" ")}`;

/** A break that puts `broken` in the place of `right`. */
function breakOf(name, { file, right, broken, gate, says }) {
  const edit = ({ change }) => change(source(file), (text) => text.replace(right, broken));
  return { name: `remote: ${name}`, edit, gate, says };
}

const hostile = tests("hostile-peer");
const handshake = tests("endpoint/handshake");
const dispatcher = "endpoint/batch-dispatcher.ts";
const exposed = "endpoint/exposed-processes.ts";

export const remoteBreaks = [
  breakOf("a batch before the greeting is taken", {
    file: "endpoint/inbound-session.ts",
    right: 'if (this.#peer === undefined) throw malformed("a batch came before the greeting");',
    broken: 'this.#peer ??= { systemId: "x", address: "x:1", isTsGrain: false, features: new Set() };',
    gate: hostile,
    says: /FAIL.* a batch before the greeting ends the connection/,
  }),
  breakOf("an index outside its table is taken", {
    file: "wire/batch-reader.ts",
    right: "if (targetIndex >= targets.length) throw",
    broken: "if (targetIndex < 0) throw",
    gate: tests("wire/batch-codec"),
    says: /FAIL.* an index outside its table is malformed: target/,
  }),
  breakOf("an end is believed of whoever reports it", {
    file: dispatcher,
    right: "if (address !== batch.peer.address)",
    broken: 'if (address === "")',
    gate: hostile,
    says: /FAIL.* a peer cannot report the end of another peer's actor/,
  }),
  breakOf("every exposed process can be stopped", {
    file: exposed,
    right: 'isStoppable: stop === "allowed"',
    broken: "isStoppable: true",
    gate: hostile,
    says: /FAIL.* an exposed process cannot be stopped from outside/,
  }),
  breakOf("every process can be addressed", {
    file: exposed,
    right: "if (stop === undefined && !this.#handedOut.has(process)) return undefined;",
    broken: "",
    gate: hostile,
    says: /FAIL.* nothing but exposed processes can be addressed/,
  }),
  breakOf("what is for another address is delivered here", {
    file: dispatcher,
    right: "if (!addressee.isHere) return undefined;",
    broken: "",
    gate: hostile,
    says: /FAIL.* neither a target nor a sender at a third address/,
  }),
  breakOf("whoever is named as a sender is dialled", {
    file: "endpoint/arriving-batch.ts",
    right: "isKnown: isOurs || knows(pid.address)",
    broken: "isKnown: isOurs || knows(pid.address) || true",
    gate: hostile,
    says: /FAIL.* neither a target nor a sender at a third address/,
  }),
  breakOf("a reply is taken twice", {
    file: "endpoint/reply-slots.ts",
    right: "return slots.pending.take(requestId) ? slots.localId : undefined",
    broken: "return (slots.pending.take(requestId), slots.localId)",
    gate: tests("endpoint/reply-slots"),
    says: /FAIL.* a reply is taken once/,
  }),
  breakOf("a reply is taken from a peer that was not asked", {
    file: "endpoint/reply-slots.ts",
    right: 'peerAddress === peer.address || this.#answersFrom === "anyone"',
    broken: 'peerAddress === peer.address || this.#answersFrom !== "anyone"',
    gate: tests("who-may-answer"),
    says: /FAIL.* who has learnt where a request is answered cannot answer it/,
  }),
  breakOf("proofs are not compared", {
    file: "endpoint/membership-proof.ts",
    right: "a.length === b.length && timingSafeEqual(a, b)",
    broken: "a.length >= 0 || timingSafeEqual(a, b)",
    gate: handshake,
    says: /FAIL.* the listener refuses a dialler that does not know its token/,
  }),
  breakOf("both sides prove with the same words", {
    file: "endpoint/membership-proof.ts",
    right: "{prover} 1",
    broken: '{prover && ""} 1',
    gate: handshake,
    says: /FAIL.* a listener's proof cannot be played back to it/,
  }),
  breakOf("a peer greets without end", {
    file: "endpoint/inbound-session.ts",
    right: "if (++this.#greetings > maxGreetings) throw",
    broken: "if (++this.#greetings < 0 * maxGreetings) throw",
    gate: hostile,
    says: /FAIL.* a hundred greetings are answered, and one more/,
  }),
  breakOf("a compressed message is taken", {
    file: "transport/grpc/grpc-deframer.ts",
    right: "if (bytes[at] !== 0) throw",
    broken: "if (bytes[at] === -1) throw",
    gate: tests("transport/grpc/grpc-deframer"),
    says: /FAIL.* a compressed message and one above the limit/,
  }),
  breakOf("a peer's earlier connection is read on", {
    file: "endpoint/session-table.ts",
    right: "this.#endEarlier(peer);",
    broken: "void this.#endEarlier;",
    gate: tests("reconnect"),
    says: /FAIL.* after a peer has opened a new connection nothing of its earlier one arrives/,
  }),
  breakOf("elements are not counted", {
    file: "wire/type-registry.ts",
    right: "return this.#elements.count(desc, body, limit);",
    broken: "return this.#elements && 0;",
    gate: hostile,
    says: /FAIL.* a mebibyte that would decode to half a million objects/,
  }),
  breakOf("other members' watches are taken", {
    file: dispatcher,
    right: "if (message.watcher.address === peer.address) this.#watch",
    broken: 'if (message.watcher.address !== "") this.#watch',
    gate: hostile,
    says: /FAIL.* neither a target nor a sender at a third address/,
  }),
];
