import { setTimeout as pause } from "node:timers/promises";
import { PID } from "@ts-grain/actor";
import type { GrpcTransport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import { type TextMember, text } from "./text-member.ts";

/** What honest ones had of the victim. Times in milliseconds. */
export interface Testimony {
  /** Requests of the honest member that were answered. */
  readonly served: number;
  /** Requests that failed, and newcomers who were not let in. */
  readonly failed: number;
  /** Within which 99 of 100 of its requests were answered. */
  readonly p99Ms: number;
  /** The longest that one who came new waited for the answer to its greeting. */
  readonly greetedMs: number;
}

/** Whom the honest ones talk to, and how. */
export interface Honest {
  readonly member: TextMember;
  readonly transport: GrpcTransport;
  readonly address: string;
}

/** Has honest ones talk to a member until something is over, and then once more. */
export async function witness(over: Promise<unknown>, honest: Honest): Promise<Testimony> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  over.then(end, end);
  const again = (): boolean => !isOver;
  const [talk, visits] = await Promise.all([requests(again, honest), newcomers(again, honest)]);
  return { ...talk, ...visits, failed: talk.failed + visits.failed };
}

/** Requests and replies of a member that is connected all the while. */
async function requests(again: () => boolean, { member, address }: Honest) {
  const target = new PID(address, "echo");
  let [served, failed] = [0, 0];
  const tookMs: number[] = [];
  for (let isLast = false; !isLast; ) {
    isLast = !again();
    const startMs = performance.now();
    await member.request(target, text("honest")).then(
      () => served++,
      () => failed++,
    );
    tookMs.push(performance.now() - startMs);
    await pause(10);
  }
  const p99Ms = tookMs.toSorted((a, b) => a - b)[Math.ceil(tookMs.length * 0.99) - 1]!;
  return { served, failed, p99Ms };
}

/** One after the other connects, greets and leaves. */
async function newcomers(again: () => boolean, honest: Honest) {
  let failed = 0;
  let greetedMs = 0;
  for (let isLast = false; !isLast; ) {
    isLast = !again();
    const startMs = performance.now();
    const isGreeted = await visit(honest).catch(() => false);
    greetedMs = Math.max(greetedMs, performance.now() - startMs);
    if (!isGreeted) failed++;
    await pause(250);
  }
  return { failed, greetedMs };
}

/** Whether one who comes is answered. */
async function visit({ transport, address }: Honest): Promise<boolean> {
  const peer = await RawPeer.connect(transport, address);
  peer.greet({ systemId: `newcomer-${Math.random()}`, address: "127.0.0.1:1" });
  while (peer.answers.length === 0 && !peer.isClosed) await pause(1);
  peer.close();
  return peer.answers.length > 0;
}
